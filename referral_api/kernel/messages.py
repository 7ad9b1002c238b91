"""What is said to a caller: English, in sentences that a door can say in another language, because they remember their values."""

from collections.abc import Mapping
from typing import Any

__all__ = ["Message"]


class Message(str):
    """A sentence with named places. Once they are filled it reads as any text does, and still knows the sentence and the values.

    `Message("At most {most} bytes.").format(most=10)` equals "At most 10 bytes.". A value that is a sentence itself may be a Message too.
    """

    __slots__ = ("sentence", "values")
    sentence: str
    values: Mapping[str, Any]

    def __new__(cls, sentence: str) -> "Message":
        made = super().__new__(cls, sentence)
        made.sentence, made.values = sentence, {}
        return made

    def format(self, *_: object, **values: object) -> "Message":
        made = super().__new__(Message, self.sentence.format_map(values))
        made.sentence, made.values = self.sentence, values
        return made
