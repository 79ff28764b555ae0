"""Reads an upload that is too large without keeping it, so that its owner gets a sentence and the disk stays free."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from otdel.interfaces.http import AnyRequest


class Quota(FileUploadHandler):
    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._seen += len(raw_data)
        if self._seen > settings.UPLOAD_LIMIT:
            if self.request is not None:
                cast(AnyRequest, self.request).upload_too_large = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
