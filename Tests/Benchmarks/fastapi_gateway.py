"""The same translation as it is usually written: FastAPI, uvicorn and boto3."""

from typing import Annotated

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import Body, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

STATUSES = {
    "InvalidRequestException": 400,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "SessionAlreadyExistsException": 409,
    "TooManyRequestsException": 429,
}

application = FastAPI()
# As many as the threads that FastAPI runs handlers on.
athena = boto3.client("athena", config=Config(max_pool_connections=40))
s3 = boto3.client("s3")


@application.exception_handler(ClientError)
def answer_client_error(request: Request, error: ClientError):
    code = error.response["Error"]["Code"]
    return JSONResponse({"code": code, "detail": error.response["Error"]["Message"]}, STATUSES.get(code, 502))


@application.exception_handler(BotoCoreError)
def answer_core_error(request: Request, error: BotoCoreError):
    return JSONResponse({"detail": str(error)}, 502)


@application.get("/livez")
def live():
    return Response()


@application.post("/sessions/{session_id}/calculations", status_code=201)
def start_calculation(session_id: str, code: Annotated[str, Body(media_type="text/x-python")], response: Response):
    started = athena.start_calculation_execution(SessionId=session_id, CodeBlock=code)
    response.headers["Location"] = f"/sessions/{session_id}/calculations/{started['CalculationExecutionId']}"
    return {"calculationId": started["CalculationExecutionId"], "state": started["State"]}


@application.get("/sessions/{session_id}/calculations/{calculation_id}/stdout")
def stdout(session_id: str, calculation_id: str):
    calculation = athena.get_calculation_execution(CalculationExecutionId=calculation_id)
    if calculation["SessionId"] != session_id or "Result" not in calculation:
        raise HTTPException(404)
    bucket, _, key = calculation["Result"]["StdOutS3Uri"].removeprefix("s3://").partition("/")
    output = s3.get_object(Bucket=bucket, Key=key)
    length = {"Content-Length": str(output["ContentLength"])}
    return StreamingResponse(output["Body"].iter_chunks(65536), media_type="text/plain", headers=length)
