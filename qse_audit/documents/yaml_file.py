"""YAML that people go on writing: no anchors, keys in their order."""

from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 110
ONE_LINE = 10_000


def yaml_bytes(content: Mapping[str, Any], *, for_hands: bool = False) -> bytes:
    """Return ``content`` as YAML.

    ``for_hands`` quotes sentences, each on one line, so that a comma or a colon typed into them
    harms nothing, and writes a list of words on one line.
    """
    import yaml  # late: only when somebody exports

    class Dumper(yaml.CSafeDumper):
        """Writes every text so that no reader takes it for something else, and no anchors."""

        def ignore_aliases(self, data: Any) -> bool:
            """Write each value out in full."""
            return True

    def words(dumper: yaml.CSafeDumper, data: str) -> Any:
        style = '"' if " " in data else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    def items(dumper: yaml.CSafeDumper, data: Sequence[Any]) -> Any:
        is_short = all(isinstance(each, str) and " " not in each for each in data)
        return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=is_short)

    if for_hands:
        Dumper.add_representer(str, words)
        Dumper.add_representer(list, items)
    text: str = yaml.dump(
        dict(content),
        Dumper=Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=ONE_LINE if for_hands else WIDTH,
    )
    return text.encode()
