"""A text model behind FastAPI: POST /generate {"prompt", "max_tokens", "temperature"} (0: greedy). Argument: {"engine", "checkpoint", "threads"}."""

import contender
import fastapi
import pydantic
import text_model
import web

settings = contender.arguments()
engine = {"pytorch": text_model.TorchTextModel, "onnxruntime": text_model.OnnxTextModel}[settings["engine"]]
model = engine(settings["checkpoint"], settings["threads"])
app = fastapi.FastAPI()


class Request(pydantic.BaseModel):
    prompt: str
    max_tokens: int
    temperature: float = 1


@app.post("/generate")
async def generate(request: Request):
    prompt = [model.vocabulary.index(character) for character in request.prompt]
    ids = model.generate(prompt, request.max_tokens, greedy=request.temperature == 0)[0]
    return {"text": "".join(model.vocabulary[token] for token in ids)}


web.run(app, fastapi.__version__)
