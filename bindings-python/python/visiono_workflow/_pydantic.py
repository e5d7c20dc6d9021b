"""Lets pydantic, and with it FastAPI, write results."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any


class Written:
    """A base of results, which pydantic writes and never makes of the body of a request."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        written = core_schema.plain_serializer_function_ser_schema(
            asdict, return_schema=core_schema.dict_schema()
        )
        return core_schema.is_instance_schema(cls, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        return {"title": cls.__name__, "type": "object"}
