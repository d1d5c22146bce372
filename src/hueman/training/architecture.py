"""The networks of a model by its settings, untrained."""

from typing import Literal

from hueman.config import TrainingConfig
from hueman.networks.coarse_to_fine import CoarseToFine
from hueman.networks.initialization import initialize
from hueman.networks.pixel_shuffle import PixelShuffleGenerator
from hueman.networks.residual_encoder import ResidualEncoder
from hueman.networks.restoration import FEATURE_CHANNELS, RestorationNetwork
from hueman.networks.unet_generator import UNetGenerator

Region = Literal["upper", "lower"]
Generator = CoarseToFine | UNetGenerator | PixelShuffleGenerator


def build_encoder(config: TrainingConfig, region: Region) -> ResidualEncoder:
    """Make the encoder of a region, untrained."""
    stage, encoder = config.stage_one, config.stage_one.encoder
    network = ResidualEncoder(
        stage.upper_code if region == "upper" else stage.lower_code,
        encoder.channels,
        encoder.blocks,
        encoder.log_variance_bias,
        encoder.mean_gain,
        encoder.shrink,
    )
    initialize(network, stage.initialization)
    return network


def build_generator(config: TrainingConfig) -> Generator:
    """Make the generator of stage II, untrained."""
    generator = config.stage_two.generator
    code = config.stage_one.upper_code + config.stage_one.lower_code
    inputs = {"features": FEATURE_CHANNELS}
    if generator.previous_frame:
        inputs["previous"] = 3
    outputs = 3
    if config.stage_two.appearance:
        inputs["appearance"] = 5
        if config.stage_two.mending == "share":
            outputs = 4  # a frame, and how much of it is to be shown
    if generator.network == "unet":
        return UNetGenerator(
            code, inputs, generator.channels, generator.unet_levels, generator.upsampling, outputs
        )
    if generator.network == "pixel_shuffle":
        return PixelShuffleGenerator(
            code, inputs, generator.channels, generator.residual_blocks, generator.square, outputs
        )
    return CoarseToFine(
        code=code,
        inputs=inputs,
        channels=generator.channels,
        max_channels=generator.max_channels,
        downsamplings=generator.downsamplings,
        residual_blocks=generator.residual_blocks,
        local_blocks=generator.local_blocks,
        upsampling=generator.upsampling,
        fine_stage=generator.fine_stage,
        code_cure=generator.code_cure,
        normalization=generator.normalization,
        outputs=outputs,
    )


def build_restoration(config: TrainingConfig) -> RestorationNetwork | None:
    """Make the restoration network, untrained, if the settings have one."""
    settings = config.restoration
    if settings is None:
        return None
    return RestorationNetwork(
        settings.channels, settings.downsamplings, settings.residual_blocks, settings.upsampling
    )
