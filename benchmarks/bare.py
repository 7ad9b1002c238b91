"""The yardstick: a Flask endpoint that does nothing."""

from flask import Flask

app = Flask("bare")


@app.get("/")
def hello() -> dict[str, str]:
    return {"hello": "world"}
