"""Runs a FastAPI application on a free port of the loopback and says which."""

import socket

import contender
import uvicorn


def run(app, version):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    contender.say({"ready": {"port": listener.getsockname()[1], "version": version}})
    uvicorn.Server(config).run(sockets=[listener])
