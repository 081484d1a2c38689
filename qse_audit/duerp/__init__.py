"""The single document of occupational risks (DUERP): its versions before the law."""
