"""Deploys the template into an emulator of AWS (ministack) and runs jobs there. See `deploy-locally`.

Where the emulator differs from AWS, as far as it matters here:
- A queue with groups has one batch under way at a time, whatever its groups and MaximumConcurrency. AWS runs
  the groups side by side. So nothing here says how fast a job is, nor what two invocations do to each other.
- It speaks plain http, which the policy of the bucket forbids. That is proved, then the policy is taken away.
- Memory, /tmp and the size of the code are not limited, and Lambda's guard against loops (RecursiveLoop) is missing.
- Queues have no metrics, so the alarms on them stay without data. Encryption and lifecycle rules are only kept.
- It enforces the roles of the functions (AUTH=true), so a call that a role does not allow fails here too. But it
  takes messages from queues and writes logs by itself: that the roles allow Lambda to do so is not proved.
- It asks for permissions that do not exist, such as sqs:SendMessageBatch, where AWS asks for sqs:SendMessage. The
  roles are given these on the way (`with_batches`).
- It does not know what a condition on sts:GetWebIdentityToken is about, and refuses. The conditions are taken away on
  the way (`without_conditions`), and `web_identity.py` asks for what they ask for.
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

import boto3
import botocore.exceptions
import zstandard
from samtranslator.yaml_helper import yaml_parse
from web_identity import ISSUER, WebIdentity

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / "target/infra/deploy-locally"
REGION = "eu-central-1"
QUEUES = ("Collect", "Provision", "Finish")
FUNCTIONS = ("start", "collect", "provision", "finish", "watch", "ask", "consent")
# What cannot be read: no JSON, nothing of ours, and what a newer release would send.
POISON = ("{", "{}", '{"version": 2}')
SECRET = "a-client-secret-that-must-not-be-seen-anywhere"


def say(text):
    print(text, file=sys.stderr)


def check(holds, what, detail=""):
    if not holds:
        raise SystemExit(f"FAILED: {what}. {detail}".rstrip())
    say(f"  ok  {what}")


def wait_for(what, timeout, probe, progress=lambda: ""):
    """Asks until the probe has an answer, and says every ten seconds that it is still asking."""
    begin = time.monotonic()
    spoke = begin
    while (answer := probe()) is None:
        now = time.monotonic()
        if now - begin > timeout:
            raise SystemExit(f"FAILED: {what}: not within {timeout} s. {progress()}".rstrip())
        if now - spoke > 10:
            spoke = now
            say(f"      {now - begin:4.0f} s  waiting for {what}. {progress()}")
        time.sleep(0.5)
    return answer


@contextlib.contextmanager
def running(command, log, **options):
    """A process, and whatever it starts, until the end of the block."""
    with open(LOGS / log, "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **options)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def emulator(scratch):
    port = free_port()
    # The functions inherit this environment, so nothing of the caller's may be in it but where programs are.
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(scratch), "TMPDIR": str(scratch),
        "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1", "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0", "AUTH": "true", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
    }
    command = pathlib.Path(sys.executable).with_name("ministack")
    with running([str(command)], "emulator.log", env=environment, cwd=scratch) as process:
        def answers():
            check_alive(process, "the emulator", "emulator.log")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return True
        wait_for("the emulator", 60, answers)
        yield f"http://127.0.0.1:{port}"


def check_alive(process, what, log):
    if process.poll() is not None:
        raise SystemExit(f"FAILED: {what} ended with {process.returncode}:\n{(LOGS / log).read_text()[-2000:]}")


@contextlib.contextmanager
def simulated_cloud(binaries, scratch, port, *options):
    """The simulated Microsoft cloud. Yields its description, and events for its tenant and for a subscription."""
    out = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    command = [str(binaries / "tenantgraph"), "simulator", "--port", str(port), "--users", "50", "--subscriptions", "1", "--out", str(out), *options]
    with running(command, "simulator.log") as process:
        def ready():
            check_alive(process, "the simulated cloud", "simulator.log")
            with contextlib.suppress(OSError, json.JSONDecodeError):
                return [json.loads((out / name).read_text()) for name in ("cloud.json", "event.json", "event-1.json")]
        yield wait_for("the simulated cloud", 60, ready)


def archives(options):
    """One archive for each function, with an executable `bootstrap`."""
    for name in FUNCTIONS:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            def add(file, data):
                entry = zipfile.ZipInfo(file)
                entry.external_attr = 0o755 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, data)
            if options.stand_in:
                add("stand_in.py", (ROOT / "tests/infra/stand_in.py").read_bytes())
                add("bootstrap", f'#!/bin/sh\nexec "{sys.executable}" "$LAMBDA_TASK_ROOT/stand_in.py"\n')
            else:
                add("bootstrap", stripped(options.binaries / name))
        yield name, content.getvalue()


def stripped(binary):
    """A debug build is mostly symbols, which take long to pack and to unpack."""
    with tempfile.NamedTemporaryFile() as copy:
        shutil.copyfile(binary, copy.name)
        if shutil.which("strip"):
            subprocess.run(["strip", copy.name], check=True)
        return pathlib.Path(copy.name).read_bytes()


def with_batches(template):
    """Adds to the roles what this emulator wants for the batch forms of what they may do with queues."""
    for resource in template["Resources"].values():
        for policy in resource["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                batched = {"sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}.intersection(actions)
                statement["Action"] = actions + [f"{action}Batch" for action in sorted(batched)]


def without_conditions(template):
    """Takes away the conditions on the tokens of STS."""
    for policy in template["Resources"]["SignInRole"]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            check(statement.pop("Condition", None), "tokens of STS are for some audiences only")


class Deployment:
    """The stack in the emulator, and what a test wants of it."""

    def __init__(self, endpoint):
        def client(service):
            return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test",
                                aws_secret_access_key="test", config=botocore.config.Config(read_timeout=300, retries={"total_max_attempts": 1}))
        self.endpoint = endpoint
        self.s3, self.sqs, self.functions, self.stacks, self.secrets, self.logs = map(
            client, ("s3", "sqs", "lambda", "cloudformation", "secretsmanager", "logs"))
        self.alarms = client("cloudwatch")

    def deploy(self, options, parameters, sts):
        template = yaml_parse((ROOT / "infra/template.yaml").read_text())
        self.s3.create_bucket(Bucket="packages", CreateBucketConfiguration={"LocationConstraint": REGION})
        for name, archive in archives(options):
            self.s3.put_object(Bucket="packages", Key=f"{name}.zip", Body=archive)
            function = template["Resources"][f"{name.capitalize()}Function"]["Properties"]
            code = os.path.normpath(ROOT / "infra" / function["CodeUri"])
            check(code == str(ROOT / "target/lambda" / name), f"`sam deploy` finds {name}")
            function["CodeUri"] = f"s3://packages/{name}.zip"
        with_batches(template)
        without_conditions(template)
        self.stacks.create_stack(
            StackName="tenantgraph", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()])

        def ended():
            stack = self.stacks.describe_stacks(StackName="tenantgraph")["Stacks"][0]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack
        stack = wait_for("the stack", 120, ended)
        check(stack["StackStatus"] == "CREATE_COMPLETE", "the stack is created", self.failures())
        self.outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
        self.bucket = self.outputs["BucketName"]

        for name in FUNCTIONS:
            function = self.outputs[f"{name.capitalize()}FunctionName"]
            environment = self.functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            # The rest is what Lambda sets by itself, from the function's LoggingConfig.
            environment |= {"AWS_ENDPOINT_URL": self.endpoint, "AWS_ENDPOINT_URL_STS": sts, "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
            self.functions.update_function_configuration(FunctionName=function, Environment={"Variables": environment})

        answer, failed = self.invoke("start", {"due": True})
        check(failed, "the bucket refuses plain http", json.dumps(answer))
        self.s3.delete_bucket_policy(Bucket=self.bucket)

    def failures(self):
        events = self.stacks.describe_stack_events(StackName="tenantgraph")["StackEvents"]
        return "; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}" for e in events if "FAILED" in e["ResourceStatus"])

    def invoke(self, name, event):
        """What the function answers, and whether that is an error."""
        answer = self.functions.invoke(FunctionName=self.outputs[f"{name.capitalize()}FunctionName"], Payload=json.dumps(event))
        return json.load(answer["Payload"]), "FunctionError" in answer

    def store_instance(self, event):
        """Puts the instance of an event where start looks for those that are due."""
        instance = event["instance"]
        self.s3.put_object(Bucket=self.bucket, Key=f"instances/{instance['id']}.json", Body=json.dumps(instance).encode())

    def keys(self, prefix=""):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def depth(self, queue):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def progress(self):
        return (f"{self.depth('CollectQueueUrl')} slices, {self.depth('ProvisionQueueUrl')} subscriptions and "
                f"{self.depth('FinishQueueUrl')} jobs queued, "
                f"{len(self.keys())} objects")

    def log(self, name):
        """The lines that a function logged so far; written to a file as well."""
        group = f"/aws/lambda/tenantgraph-{name}"
        try:
            pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
            lines = [event["message"] for page in pages for event in page["events"]]
        except botocore.exceptions.ClientError:
            lines = []
        (LOGS / f"{name}.log").write_text("\n".join(lines))
        return lines

    def finished(self, instance, timeout, after=None):
        """Waits until an instance has a new snapshot, and checks it. Returns its job."""
        latest = f"graph/{instance}/latest.json"

        def newest():
            with contextlib.suppress(self.s3.exceptions.NoSuchKey):
                job = json.loads(self.read(latest))["job"]["id"]
                # An early snapshot is none of the job's own.
                return job if job != after and not job.endswith("-early") else None
        job = wait_for(latest, timeout, newest, self.progress)
        summary = json.loads(self.read(f"jobs/{instance}/{job}/summary.json"))
        check(summary["status"] == "complete", "the summary says that the job is complete", json.dumps(summary)[:2000])
        counts = {}
        for kind in ("entities", "relationships"):
            counts[kind] = len(self.keys(f"graph/{instance}/{job}/{kind}/"))
            check(counts[kind], f"the snapshot has {counts[kind]} objects of {kind}")
        return job


def unpacked(data):
    """What an object holds, whether it is compressed or not."""
    with contextlib.suppress(zstandard.ZstdError):
        return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    return data


def event_of(file, simulated, secret):
    """An event of events/, with the ids of the simulated tenant in place of the invented ones."""
    event = json.loads((ROOT / "events" / file).read_text())
    config = event["instance"]["config"]
    config.update(simulated["instance"]["config"], clientSecret={"secretArn": secret})
    # Some vaults of the simulated tenant let nobody list certificates, so a job would not be complete.
    config["ingestionSources"] = {**config.get("ingestionSources", {}), "key-vault-certificates": False}
    return event


def run_jobs(deployed, tenant, subscription, timeout):
    """A job of the tenant by a direct event, and with it one of its subscription; again as a stored instance; and one of a subscription by
    the schedule."""
    plain = tenant["instance"]["config"].get("clientSecret", SECRET)
    secret = deployed.secrets.create_secret(Name="tenantgraph/contoso", SecretString=plain)["ARN"]
    event = event_of("start-azure-tenant.json", tenant, secret)
    instance = event["instance"]["id"]

    wrong = json.loads(json.dumps(event))
    wrong["instance"]["config"]["nonsense"] = 1
    answer, failed = deployed.invoke("start", wrong)
    check(failed and re.search(r"instance[./]config[./]nonsense", json.dumps(answer)), "an invalid event is refused by its path", json.dumps(answer))

    begin = time.monotonic()
    answer, failed = deployed.invoke("start", event)
    check(not failed, "start takes the tenant", json.dumps(answer))
    first = deployed.finished(instance, timeout)
    took = time.monotonic() - begin
    if own := subscription["instance"]["config"].get("subscriptionId"):
        say("      the tenant's job gives the subscription an instance of its own, and starts it")
        deployed.finished(f"{instance}~{own}", timeout)
        stored = json.loads(deployed.read(f"instances/{instance}~{own}.json"))
        check(stored["provisioned"]["subscription"] == "listed", "the instance says who made it", stored["provisioned"])

    answer, failed = deployed.invoke("collect", event_of("collect-azure-step.json", tenant, secret))
    check(not failed and "azure_user" in json.dumps(answer), "collect runs one step", json.dumps(answer))

    again = json.loads((ROOT / "events/start-instance.json").read_text())
    check(again["instanceId"] == instance, "the files of events/ are about one instance")
    deployed.store_instance(event)
    answer, failed = deployed.invoke("start", again)
    check(not failed, "start takes the stored instance", json.dumps(answer))
    deployed.finished(instance, timeout, after=first)

    answer, failed = deployed.invoke("start", json.loads((ROOT / "events/scheduled.json").read_text()))
    check(not failed, "start takes the event of the schedule", json.dumps(answer))
    event = event_of("start-azure-subscription.json", subscription, secret)
    deployed.store_instance(event)
    say("      the schedule has to start the subscription, which takes up to a minute")
    deployed.finished(event["instance"]["id"], timeout)
    return instance, first, plain, took


def check_delivery(deployed, instance, first):
    """How the emulator delivers, as the stand-in saw it."""
    prefix = f"jobs/{instance}/{first}/"
    trace = [key.removeprefix(f"{prefix}trace/").split("-", 1)[1] for key in sorted(deployed.keys(f"{prefix}trace/"))]
    say(f"      deliveries: {trace}")
    check("provisioned-there-1" in trace and "provisioned-gone-1" in trace, "what collect finds out reaches provision")
    for name in ("there", "gone"):
        done = json.loads(deployed.read(f"{prefix}provisioned/provisioned-{name}.json"))
        check(done["group"] == name, "a message of a batch says its group", done["group"])
        check(done["trespasses"] == ["AccessDenied"] * 2, "provision writes no graph and removes nothing elsewhere", done["trespasses"])
    left = [key for prefix in ("instances", "jobs", "graph") for key in deployed.keys(f"{prefix}/provisioned-")]
    check(left == ["instances/provisioned-there.json", "jobs/provisioned-there/lease.json"], "provision removes what it may", left)
    check(trace.count("second-1") == 1 and "second-2" not in trace, "a message that is sent twice is delivered once")
    check("waits-2" in trace and "first-2" not in trace, "only the message of a batch that failed comes back")
    check(trace.index("after-wait-1") > trace.index("waits-1"), "a group keeps its order")
    summary = json.loads(deployed.read(f"{prefix}summary.json"))
    check(summary["trespass"] == "AccessDenied", "a role that lacks an action is refused", summary["trespass"])


def check_consent(deployed, instance, is_stand_in):
    """The pages for an administrator, by the events that a function URL makes."""
    def page(file):
        answer, failed = deployed.invoke("consent", json.loads((ROOT / "events" / file).read_text()))
        check(not failed, f"consent answers {file}", json.dumps(answer))
        return answer
    begin, redirect = page("consent-begin-request.json"), page("consent-redirect-request.json")
    if is_stand_in:
        check(begin["trespasses"] == ["AccessDenied"] * 4, "consent reads no graph, and writes none", begin["trespasses"])
        return
    check(begin["statusCode"] == 200 and "/v2.0/adminconsent?" in begin["body"], "consent leads to Microsoft", json.dumps(begin))
    check(begin["cookies"][0].startswith("__Host-"), "it knows the browser again", begin["cookies"])
    check(redirect["statusCode"] == 400 and "was not issued by this site" in redirect["body"], "it refuses a forged redirect", json.dumps(redirect))
    check(not deployed.keys("consents/"), "that leaves nothing behind")
    url = deployed.outputs["ConsentUrl"]
    waiting = json.loads(deployed.read(f"instances/{instance}.json"))
    waiting |= {"id": "waiting", "config": waiting["config"] | {"directoryId": "organizations"}}
    deployed.store_instance({"instance": waiting})
    answer, failed = deployed.invoke("start", {"instanceId": "waiting"})
    check(failed and f"{url.rstrip('/')}/consent?instance=waiting" in json.dumps(answer), "start says where to consent", json.dumps(answer))
    deployed.s3.delete_object(Bucket=deployed.bucket, Key="instances/waiting.json")


def check_poison(deployed):
    """A message that cannot be read is a dead letter within a minute, and what follows it in its group is, too."""
    begin = time.monotonic()
    for name in QUEUES:
        for number, body in enumerate(POISON):
            deployed.sqs.send_message(QueueUrl=deployed.outputs[f"{name}QueueUrl"], MessageBody=body, MessageGroupId="poison",
                                      MessageDeduplicationId=f"poison-{number}")
    for name in QUEUES:
        wait_for(f"{name} to give up what it cannot read", 60, lambda: (
            True if deployed.depth(f"{name}DeadLettersUrl") == len(POISON) else None))
        letters = deployed.sqs.receive_message(
            QueueUrl=deployed.outputs[f"{name}DeadLettersUrl"], VisibilityTimeout=0, MaxNumberOfMessages=10)["Messages"]
        check([letter["Body"] for letter in letters] == list(POISON), f"{name} has its dead letters in order", letters)
        check(deployed.depth(f"{name}QueueUrl") == 0, f"the group of {name} went on")
        deployed.sqs.purge_queue(QueueUrl=deployed.outputs[f"{name}DeadLettersUrl"])
    took = time.monotonic() - begin
    check(took < 60, "that took less than a minute", f"{took:.0f} s")


def check_outage(deployed, instance, timeout):
    """A bucket that refuses everything for a while delays a job by less than a minute, and loses nothing of it."""
    refuse = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [
        f"arn:aws:s3:::{deployed.bucket}", f"arn:aws:s3:::{deployed.bucket}/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}
    answer, failed = deployed.invoke("start", {"instanceId": instance})
    check(not failed, "start takes the instance once more", json.dumps(answer))
    [job] = answer["jobs"]
    deployed.s3.put_bucket_policy(Bucket=deployed.bucket, Policy=json.dumps(refuse))
    time.sleep(20)
    deployed.s3.delete_bucket_policy(Bucket=deployed.bucket)
    begin = time.monotonic()
    manifests = f"jobs/{instance}/{job['id']}/manifests/"
    before = len(deployed.keys(manifests))
    wait_for("the job to go on", 60, lambda: True if len(deployed.keys(manifests)) > before else None)
    check(time.monotonic() - begin < 60, "a failing bucket delays the job by less than a minute")
    sent_anew = [line for line in deployed.log("collect") if '"a message is sent anew"' in line]
    check(sent_anew, "what failed was sent anew", "")
    wait_for("the job to end", timeout, lambda: True if f"jobs/{instance}/{job['id']}/summary.json" in deployed.keys(
        f"jobs/{instance}/{job['id']}/summary") else None)


def check_federated_credential(deployed, subscription, web_identity, timeout):
    """A job signs in with no stored secret: by tokens of STS that speak of the role of the stack."""
    event = event_of("start-azure-subscription.json", subscription, None)
    event["instance"] |= {"id": "federated", "name": "federated"}
    config = event["instance"]["config"]
    del config["clientSecret"]
    config["federatedCredential"] = "aws"
    # Some lists are enough, and leave what a subscription may be asked in five minutes to the other jobs.
    config["ingestionSources"] = {"*": False}
    answer, failed = deployed.invoke("start", event)
    check(not failed, "start signs in by a federated credential", json.dumps(answer))
    deployed.finished("federated", timeout)
    check(web_identity.issued, f"STS issued {len(web_identity.issued)} tokens for {deployed.outputs['FederatedCredentialSubject']}")
    logged = "\n".join(line for name in FUNCTIONS for line in deployed.log(name))
    stored = b"".join(map(unpacked, map(deployed.read, deployed.keys()))).decode(errors="replace")
    # That is how every token begins: {"alg" or {"typ".
    for token in [*web_identity.issued, "eyJhbGci", "eyJ0eXAi"]:
        check(token not in logged and token not in stored, f"no token that begins with {token[:8]} is logged or stored")


def check_log(deployed, instance, job):
    """A job can be followed in the logs, which are lines of JSON."""
    lines = []
    for name in FUNCTIONS:
        for line in deployed.log(name):
            with contextlib.suppress(json.JSONDecodeError):
                lines.append(json.loads(line))
    told = {line.get("event") for line in lines if line.get("instance") == instance and line.get("job") == job}
    wanted = {"job started", "step ended", "linking begun", "job finished"}
    check(wanted <= told, "the logs tell of the job from its start to its finish", told)


def check_dead_letters(deployed):
    """A message that is received ten times in vain ends among the dead letters, which one can look at and empty."""
    queue, dead = deployed.outputs["FinishQueueUrl"], deployed.outputs["FinishDeadLettersUrl"]
    [source] = deployed.functions.list_event_source_mappings(FunctionName=deployed.outputs["FinishFunctionName"])["EventSourceMappings"]
    deployed.functions.update_event_source_mapping(UUID=source["UUID"], Enabled=False)
    deployed.sqs.send_message(QueueUrl=queue, MessageBody="{}", MessageGroupId="vain", MessageDeduplicationId="vain")
    received = 0
    while deployed.sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages"):
        received += 1
    check(received == 10 and deployed.depth("FinishDeadLettersUrl") == 1, "ten receipts in vain make a dead letter", f"{received} receipts")
    deployed.sqs.purge_queue(QueueUrl=dead)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, default=os.environ.get("BINARIES", ROOT / "target/debug"))
    parser.add_argument("--timeout", type=int, default=600, help="seconds that a job may take")
    parser.add_argument("--stand-in", action="store_true")
    options = parser.parse_args()
    options.binaries = pathlib.Path(options.binaries).resolve()
    needed = [] if options.stand_in else [*FUNCTIONS, "tenantgraph"]
    if missing := [name for name in needed if not (options.binaries / name).is_file()]:
        sys.exit(f"{options.binaries} has no {', '.join(missing)}: run `cargo build` first")
    LOGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))

    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        if options.stand_in:
            cloud, *events = {}, {"instance": {"config": {}}}, {"instance": {"config": {}}}
        else:
            with simulated_cloud(options.binaries, scratch, port) as (cloud, *_):
                pass
        deployed = Deployment(stack.enter_context(emulator(scratch)))
        web_identity = WebIdentity(deployed.endpoint)
        sts = stack.enter_context(web_identity.served())
        stack.callback(lambda: [deployed.log(name) for name in FUNCTIONS])
        deployed.deploy(options, {
            "Architecture": "x86_64", "ScheduleRate": "rate(1 minute)", "Cloud": json.dumps(cloud) if cloud else "",
            "EnableConsentPage": "true", "EnableFederatedCredential": "true"}, sts)
        if not options.stand_in:
            # The tenant can only trust the role once the stack has made it.
            federated = scratch / "federated.json"
            federated.write_text(json.dumps({
                "issuer": ISSUER, "subject": deployed.outputs["FederatedCredentialSubject"],
                "audiences": ["api://AzureADTokenExchange"], "keys": web_identity.keys()}))
            _, *events = stack.enter_context(
                simulated_cloud(options.binaries, scratch, port, "--federated-credential", str(federated)))
        instance, first, plain, took = run_jobs(deployed, *events, options.timeout)
        check_poison(deployed)
        if options.stand_in:
            check_delivery(deployed, instance, first)
            check_dead_letters(deployed)
        else:
            check_log(deployed, instance, first)
            check_federated_credential(deployed, events[1], web_identity, options.timeout)
            check_outage(deployed, instance, options.timeout)
        check_consent(deployed, instance, options.stand_in)

        declared = (ROOT / "infra/template.yaml").read_text().count("Type: AWS::CloudWatch::Alarm\n")
        alarms = deployed.alarms.describe_alarms()["MetricAlarms"]
        check(len(alarms) == declared > 0, "there are all alarms that the template declares", f"{len(alarms)} of {declared}")
        for queue in (f"{name}{kind}Url" for kind in ("DeadLetters", "Queue") for name in QUEUES):
            # A message is deleted after its function has answered, which is after what it wrote is seen. Lists of
            # storage accounts may wait for five minutes.
            name = queue.removesuffix("Url")
            wait_for(f"{name} to be empty", 360, lambda: True if deployed.depth(queue) == 0 else None)
            check(True, f"{name} is empty")
        logged = "\n".join(line for name in FUNCTIONS for line in deployed.log(name))
        stored = b"".join(deployed.read(key) for key in deployed.keys() if key.endswith("json"))
        check(plain not in logged and plain.encode() not in stored, "the client secret is in no log and no JSON object")
        print(f"{'stand-in' if options.stand_in else options.binaries}: first job took {took:.1f} s, "
              f"{len(deployed.keys('jobs/'))} objects of jobs, {len(deployed.keys('graph/'))} of graphs")


if __name__ == "__main__":
    main()
