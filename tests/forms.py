"""Multipart forms by hand, for bodies that no client would send."""

BOUNDARY = "the-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def field(name, value):
    return _part(f'form-data; name="{name}"', value)


def file(name, value, filename="notes.txt"):
    return _part(f'form-data; name="{name}"; filename="{filename}"', value)


def form(*parts, end=True):
    return b"".join(parts) + (f"--{BOUNDARY}--\r\n".encode() if end else b"")


def _part(disposition, value):
    value = value.encode() if isinstance(value, str) else value
    return f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + value + b"\r\n"
