"""Stands in for the five functions: does with queues and objects what they do, and collects nothing.

It runs as the bootstrap of a custom runtime. Which function it is, it takes from the function's name. What it
was given it writes to jobs/{instance}/{job}/trace/, where the test reads how the emulator delivers.
"""

import json
import os
import time
import traceback
import urllib.request

import boto3
import botocore.exceptions

BUCKET = os.environ["STORE"].removeprefix("s3://")
COLLECT, PROVISION, FINISH = (os.environ[f"{name}_QUEUE_URL"] for name in ("COLLECT", "PROVISION", "FINISH"))
DEAD_LETTERS = {name: os.environ[f"{name.upper()}_DEAD_LETTERS_URL"] for name in ("collect", "provision", "finish")}
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
secrets = boto3.client("secretsmanager")

# One throttle domain whose first step has to wait, and one that has not; the second step of that one is sent twice.
STEPS = [("graph", "waits"), ("graph", "after-wait"), ("arm", "first"), ("arm", "second"), ("arm", "second")]


# A subscription that every listing finds, and one that is gone.
FINDINGS = [("there", "listed"), ("gone", "missing")]


def put(key, value, **condition):
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(value).encode(), **condition)


def refusal_of(call, *arguments):
    """What the role says to a call that it should not allow."""
    try:
        call(*arguments)
    except botocore.exceptions.ClientError as refusal:
        return refusal.response["Error"]["Code"]
    return "allowed"


def readable(function, records):
    """The messages that can be read. The others go to the dead letters, as the function's role has to allow."""
    for record in records:
        if record["body"] in ("{", "{}") or json.loads(record["body"]).get("version", 1) > 1:
            sqs.send_message(QueueUrl=DEAD_LETTERS[function], MessageBody=record["body"],
                             MessageGroupId=record["attributes"]["MessageGroupId"], MessageDeduplicationId=record["messageId"])
        else:
            yield record


def start(event):
    if "due" in event:
        stored = s3.list_objects_v2(Bucket=BUCKET, Prefix="instances/").get("Contents", [])
        ids = [item["Key"].removeprefix("instances/").removesuffix(".json") for item in stored]
        never = [it for it in ids if not s3.list_objects_v2(Bucket=BUCKET, Prefix=f"jobs/{it}/")["KeyCount"]]
        return [start({"instanceId": it}) for it in never]
    if "instanceId" in event:
        instance = json.load(s3.get_object(Bucket=BUCKET, Key=f"instances/{event['instanceId']}.json")["Body"])
    else:
        instance = event["instance"]
    if "nonsense" in instance["config"]:
        raise ValueError("instance.config.nonsense: unknown field")
    secrets.get_secret_value(SecretId=instance["config"]["clientSecret"]["secretArn"])
    job = f"{instance['id']}/{time.time_ns()}"
    put(f"jobs/{job}/plan.json", {"steps": [step for _, step in STEPS]})
    for group, step in STEPS:
        sqs.send_message(QueueUrl=COLLECT, MessageBody=json.dumps({"job": job, "step": step}),
                         MessageGroupId=group, MessageDeduplicationId=f"{job}-{step}".replace("/", "-"))
    return job


def collect(event):
    if "Records" not in event:
        return {"step": event["step"], "entities": {"azure_user": 1}}
    failures, job = [], "no job"
    for record in readable("collect", event["Records"]):
        job, step = (json.loads(record["body"])[name] for name in ("job", "step"))
        delivery = record["attributes"]["ApproximateReceiveCount"]
        put(f"jobs/{job}/trace/{time.time_ns()}-{step}-{delivery}", {})
        if step == "waits" and delivery == "1":
            sqs.change_message_visibility(QueueUrl=COLLECT, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=5)
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        put(f"jobs/{job}/steps/{step}/manifest.json", {"parts": []}, IfNoneMatch="*")
        if step == "first":
            for subscription, finding in FINDINGS:
                body = {"job": job, "subscription": subscription, "finding": finding}
                sqs.send_message(QueueUrl=PROVISION, MessageBody=json.dumps(body), MessageGroupId=subscription,
                                 MessageDeduplicationId=f"{job}-{subscription}".replace("/", "-"))
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"jobs/{job}/steps/")
    if listed["KeyCount"] == len(set(STEPS)):
        sqs.send_message(QueueUrl=FINISH, MessageBody=json.dumps({"job": job}),
                         MessageGroupId=job.split("/")[0], MessageDeduplicationId=job.replace("/", "-"))
    return {"batchItemFailures": failures}


def provision(event):
    for record in readable("provision", event["Records"]):
        body = json.loads(record["body"])
        job, child = body["job"], f"provisioned-{body['subscription']}"
        # Whatever may be written and removed is. An instance without jobs would be due.
        objects = [f"jobs/{child}/lease.json", f"instances/{child}.json"]
        for key in objects:
            put(key, {})
        if body["finding"] == "missing":
            for key in [*reversed(objects), f"graph/{child}/latest.json"]:
                s3.delete_object(Bucket=BUCKET, Key=key)
        put(f"jobs/{job}/trace/{time.time_ns()}-{child}-{record['attributes']['ApproximateReceiveCount']}", {})
        trespasses = [refusal_of(put, f"graph/{child}/latest.json", {}),
                      refusal_of(lambda: s3.delete_object(Bucket=BUCKET, Key="elsewhere"))]
        put(f"jobs/{job}/provisioned/{child}.json", {"trespasses": trespasses, "group": record["attributes"]["MessageGroupId"]})
    return {"batchItemFailures": []}


def finish(event):
    for record in readable("finish", event["Records"]):
        job = json.loads(record["body"])["job"]
        instance = job.split("/")[0]
        trespass = refusal_of(put, f"instances/{instance}.json", {})
        put(f"graph/{job}/entities/azure_user.ndjson.zst", {})
        put(f"graph/{job}/relationships/azure_account_has_user.ndjson.zst", {})
        put(f"jobs/{job}/summary.json", {"status": "complete", "trespass": trespass})
        put(f"graph/{instance}/latest.json", {"job": {"instance": instance, "id": job.split("/")[1]}})
    return {"batchItemFailures": []}


def consent(event):
    # What it may: its own key, and what keeps a consent from being taken twice.
    secrets.get_secret_value(SecretId=os.environ["CONSENT_KEY_ARN"])
    if event["rawPath"] == "/consent":
        put("consents/nonce.json", {}, IfNoneMatch="*")
    s3.get_object(Bucket=BUCKET, Key="consents/nonce.json")
    graph = next(it["Key"] for it in s3.list_objects_v2(Bucket=BUCKET, Prefix="graph/")["Contents"] if "/entities/" in it["Key"])
    trespasses = [refusal_of(lambda: s3.get_object(Bucket=BUCKET, Key=graph)), refusal_of(put, graph, {}),
                  refusal_of(lambda: s3.delete_object(Bucket=BUCKET, Key="consents/nonce.json")),
                  refusal_of(lambda: sqs.send_message(QueueUrl=PROVISION, MessageBody="{}", MessageGroupId="g", MessageDeduplicationId="g"))]
    return {"statusCode": 200, "headers": {}, "body": "", "cookies": [], "trespasses": trespasses}


def main():
    api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
    handlers = {"start": start, "collect": collect, "provision": provision, "finish": finish, "consent": consent}
    handler = handlers[os.environ["AWS_LAMBDA_FUNCTION_NAME"].rsplit("-", 1)[1]]
    while True:
        with urllib.request.urlopen(f"{api}/next") as response:
            request, event = response.headers["Lambda-Runtime-Aws-Request-Id"], json.load(response)
        try:
            path, answer = "response", handler(event)
        except Exception as error:  # noqa: BLE001, a runtime reports whatever its handler raises
            traceback.print_exc()
            path, answer = "error", {"errorType": type(error).__name__, "errorMessage": str(error)}
        urllib.request.urlopen(f"{api}/{request}/{path}", data=json.dumps(answer).encode()).close()


main()
