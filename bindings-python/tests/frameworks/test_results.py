"""Results are queued, cached, and answered as JSON, by the programs that do it."""

import copy
import dataclasses
import json
import pickle
from typing import Any

import pytest
from conftest import NOW, SECRET
from visiono_workflow import Delivery, InvalidArgument, VerifiedReturn, Webhook, Workflow

WORKFLOW, WEBHOOK = Workflow(SECRET), Webhook(SECRET)
URL = WORKFLOW.sign_return(
    "https://app.example/",
    submission_id="pls_1",
    unique_value="A 1",
    reference="ticket-é",
    photo_count=2,
    timestamp=NOW,
)
RETURN = WORKFLOW.verify_return(URL, now=NOW)
TEST = WEBHOOK.test_delivery("submission.created", now=NOW)
DELIVERY = WEBHOOK.receive(TEST.body, TEST.headers, now=NOW)
RESULTS = [RETURN, DELIVERY]
JSON = {
    "submission_id": "pls_1",
    "unique_value": "A 1",
    "reference": "ticket-é",
    "photo_count": 2,
    "timestamp": NOW,
    "secret_index": 0,
}


def test_json() -> None:
    import msgspec
    import orjson
    from fastapi.encoders import jsonable_encoder
    from flask import Flask, jsonify

    flask = Flask("app")
    with flask.app_context():
        answers = [
            json.loads(json.dumps(dataclasses.asdict(RETURN))),
            orjson.loads(orjson.dumps(RETURN)),
            msgspec.json.decode(msgspec.json.encode(RETURN)),
            jsonable_encoder(RETURN),
            jsonify(RETURN).get_json(),
        ]
        assert answers == [JSON] * len(answers)
        wanted = dataclasses.asdict(DELIVERY)
        assert wanted["raw_body"] == TEST.body.decode() and wanted["link"]["source"] == "zendesk"
        assert DELIVERY.data is not None  # which was parsed now, and changes none of these
        for answer in (
            json.loads(json.dumps(wanted)),
            orjson.loads(orjson.dumps(DELIVERY)),
            msgspec.json.decode(msgspec.json.encode(DELIVERY)),
            jsonable_encoder(DELIVERY),
            jsonify(DELIVERY).get_json(),
        ):
            assert answer == wanted


def test_fastapi_answers_with_a_result_and_takes_none_from_a_stranger() -> None:
    from typing import Annotated

    from fastapi import Depends, FastAPI
    from fastapi.testclient import TestClient

    app = FastAPI()

    def verified() -> VerifiedReturn:
        return RETURN

    @app.get("/annotated")
    def annotated(done: Annotated[VerifiedReturn, Depends(verified)]) -> VerifiedReturn:
        return done

    @app.get("/plain")
    def plain(done: Annotated[VerifiedReturn, Depends(verified)]):  # type: ignore[no-untyped-def]
        return {"done": done, "delivery": DELIVERY}

    @app.get("/list")
    def several() -> list[VerifiedReturn]:
        return [RETURN]

    # Without `Depends` it would be read from the body of the request.
    @app.post("/forged")
    def forged(done: VerifiedReturn) -> str:
        raise AssertionError

    client = TestClient(app)
    assert client.get("/annotated").json() == JSON
    assert client.get("/list").json() == [JSON]
    assert client.get("/plain").json()["done"] == JSON
    assert client.post("/forged", json=JSON).status_code == 422
    assert client.get("/openapi.json").status_code == 200


def test_celery_carries_results() -> None:
    from celery import Celery
    from celery.contrib.testing.worker import start_worker
    from kombu.serialization import dumps, loads

    for result in RESULTS:
        content_type, encoding, payload = dumps(result, serializer="pickle")
        assert loads(payload, content_type, encoding, accept={content_type}) == result
        content_type, encoding, payload = dumps(dataclasses.asdict(result), serializer="json")
        assert loads(payload, content_type, encoding) == dataclasses.asdict(result)

    app = Celery(broker="memory://", backend="cache+memory://")
    app.conf.update({"task_serializer": "pickle", "result_serializer": "pickle"})
    app.conf.update(accept_content=["json", "pickle"])
    seen: list[Any] = []

    @app.task
    def work(done: Any) -> Any:
        seen.append(done)
        return done

    with start_worker(app, pool="solo", perform_ping_check=False):
        assert [work.delay(result).get(timeout=60) for result in RESULTS] == RESULTS
    assert seen == RESULTS and seen[0] is not RETURN


@pytest.mark.parametrize("result", RESULTS, ids=["return", "delivery"])
def test_rq_carries_a_result(result: Any) -> None:
    import fakeredis
    from rq import Queue, SimpleWorker
    from rq.serializers import DefaultSerializer

    assert DefaultSerializer.loads(DefaultSerializer.dumps(result)) == result
    connection = fakeredis.FakeStrictRedis()
    queue = Queue(connection=connection)
    job = queue.enqueue(dataclasses.asdict, result)
    copied = queue.enqueue(copy.copy, result)
    SimpleWorker([queue], connection=connection).work(burst=True)
    assert job.return_value() == dataclasses.asdict(result)
    assert copied.return_value() == result


@pytest.mark.parametrize("result", RESULTS, ids=["return", "delivery"])
def test_django_caches_a_result(result: Any, tmp_path: Any) -> None:
    from django.core.cache.backends.filebased import FileBasedCache
    from django.core.cache.backends.locmem import LocMemCache

    for cache in (LocMemCache("a", {}), FileBasedCache(str(tmp_path), {})):
        cache.set("result", result)
        found = cache.get("result")
        assert found == result and type(found) is type(result)


def test_other_processes_get_it() -> None:
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(1) as pool:
        assert pool.submit(reference, DELIVERY, RETURN).result() == ("ABC123", "ticket-é")


def reference(delivery: Delivery, done: VerifiedReturn) -> tuple[str, str]:
    assert delivery.link is not None
    return delivery.link.unique_value, done.reference


def test_a_pickle_of_another_version_has_names() -> None:
    state = pickle.loads(pickle.dumps(RETURN)).__dict__
    assert state == JSON


def test_numbers_of_numpy() -> None:
    import numpy

    for now in (numpy.int64(NOW), numpy.uint64(NOW), numpy.float64(NOW), numpy.int32(NOW)):
        assert WORKFLOW.verify_return(URL, now=now) == RETURN
        assert Workflow(SECRET, max_age=now).verify_return(URL, now=now) == RETURN
    for now in (NOW * 1000, NOW * 10**9, -1):
        for kind in (numpy.int64, numpy.float64):
            with pytest.raises(InvalidArgument, match="now is"):
                WORKFLOW.verify_return(URL, now=kind(now))
    for other in (numpy.bool_(True), numpy.datetime64(NOW, "s"), numpy.array([NOW, NOW])):
        with pytest.raises(TypeError):
            WORKFLOW.verify_return(URL, now=other)
