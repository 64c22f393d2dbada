"""Lints SAM templates: `lint.py DIRECTORY TEMPLATE…`. What SAM makes of each is left in the directory.

cfn-lint sees little of the properties of SAM's own resources, so the template is translated first, and the
result is linted too. What no linter knows (the rules of this project) is checked below. At the end, damaged
copies of the templates prove that all this would notice.
"""

import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

from samtranslator.model.exceptions import InvalidDocumentException  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402, it reads the region when it is loaded
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

logging.getLogger("samtranslator").setLevel(logging.ERROR)


class NoManagedPolicies:
    """The template names no managed policies, so there are none to look up in an account."""

    def load(self):
        return {}


def translate(template):
    """The template in plain CloudFormation, as the transform on the side of AWS writes it."""
    sam = yaml_parse(template)
    for resource in sam["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam deploy` puts the address of the uploaded archive here.
            resource["Properties"]["CodeUri"] = "s3://uploaded-by-sam/function.zip"
    return transform(sam, {}, NoManagedPolicies())


def listed(value):
    return value if isinstance(value, list) else [value]


def findings_of_cfn_lint(path):
    run = subprocess.run(
        [str(pathlib.Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", str(path)],
        capture_output=True, text=True, check=False)
    lines = [line for line in run.stdout.splitlines() if line]
    # A crash of the linter is a finding, not a success.
    return lines or ([run.stderr] if run.returncode else [])


def holds(plain, condition):
    """Whether a condition holds with the default parameters; that there is none does."""
    def value(expression):
        if not isinstance(expression, dict):
            return expression
        [(function, argument)] = expression.items()
        if function == "Ref":
            return plain["Parameters"][argument]["Default"]
        if function == "Condition":
            return holds(plain, argument)
        if function == "Fn::Not":
            return not value(argument[0])
        if function == "Fn::Equals":
            return str(value(argument[0])) == str(value(argument[1]))
        raise ValueError(f"the condition {condition} uses {function}, which nobody here understands")
    return condition is None or value(plain["Conditions"][condition])


def findings_of_project(plain, is_option):
    resources = plain["Resources"]

    def each(kind):
        return [(name, r["Properties"]) for name, r in resources.items() if r["Type"] == kind]

    for name, group in each("AWS::Athena::WorkGroup"):
        configuration = group["WorkGroupConfiguration"]
        if not configuration.get("BytesScannedCutoffPerQuery") or not configuration.get("EnforceWorkGroupConfiguration"):
            yield f"{name}: a query may read as much as it likes"

    for name, role in [*each("AWS::IAM::Role"), *each("AWS::IAM::ManagedPolicy")]:
        if role.get("ManagedPolicyArns"):
            yield f"{name}: managed policies allow more than this stack"
        for policy in role.get("Policies", [role] if "PolicyDocument" in role else []):
            for statement in policy["PolicyDocument"]["Statement"]:
                where = f"{name}: {statement.get('Sid')}"
                if any("*" in action for action in listed(statement["Action"])):
                    yield f"{where}: a wildcard among the actions"
                # The action that issues tokens knows no resource: its condition says for whom a token may be.
                is_bounded = (listed(statement["Action"]) == ["sts:GetWebIdentityToken"] and "sts:IdentityTokenAudience"
                              in statement.get("Condition", {}).get("ForAllValues:StringEquals", {}))
                if "*" in listed(statement["Resource"]) and not is_bounded:
                    yield f"{where}: any resource"
                removes = "s3:DeleteObject" in listed(statement["Action"])
                if removes and {"Fn::Sub": "${Bucket.Arn}/*"} in listed(statement["Resource"]):
                    yield f"{where}: removes any object"
                # Versions are what brings back what was removed by mistake.
                if "s3:DeleteObjectVersion" in listed(statement["Action"]):
                    yield f"{where}: removes for good"

    functions = dict(each("AWS::Lambda::Function"))
    queues = dict(each("AWS::SQS::Queue"))
    watched = {(p["Namespace"], p["MetricName"], json.dumps(d["Value"], sort_keys=True))
               for _, p in each("AWS::CloudWatch::Alarm") for d in p.get("Dimensions", [])}
    counted = {(p["Namespace"]["Ref"], p["MetricName"]) for _, p in each("AWS::CloudWatch::Alarm") if "Dimensions" not in p}
    dead_letters = {q["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
                    for q in queues.values() if "RedrivePolicy" in q}

    for name, function in functions.items():
        if function["LoggingConfig"]["LogGroup"].get("Ref") not in resources:
            yield f"{name}: logs into a group without retention"
        if function.get("TracingConfig"):
            yield f"{name}: is traced"
        if ("AWS/Lambda", "Errors", json.dumps({"Ref": name})) not in watched:
            yield f"{name}: no alarm on its errors"

    # The parameters of a default deployment leave out whatever has a condition that they do not fulfil.
    default = {name: r for name, r in resources.items() if holds(plain, r.get("Condition"))}
    for name, resource in default.items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::Lambda::Url" and properties["AuthType"] == "NONE":
            yield f"{name}: the default deployment has a public URL"
        if resource["Type"] == "AWS::Lambda::Permission" and properties["Principal"] == "*":
            yield f"{name}: anybody may invoke a function of the default deployment"
        # AWS refuses that in an account whose limit is 10. A stack that is an option says so in its parameter.
        if "ReservedConcurrentExecutions" in properties and not is_option:
            yield f"{name}: the default deployment reserves concurrency"

    for name, metric in each("AWS::Logs::MetricFilter"):
        for transformation in metric["MetricTransformations"]:
            if (transformation["MetricNamespace"]["Ref"], transformation["MetricName"]) not in counted:
                yield f"{name}: no alarm on {transformation['MetricName']}"

    for name, url in each("AWS::Lambda::Url"):
        function = url["TargetFunctionArn"]["Ref"]
        if "ReservedConcurrentExecutions" not in functions[function]:
            yield f"{function}: anybody may invoke it as often as they like"
        # Without the condition that the second one carries, anybody with an account could invoke it with any event.
        permissions = [p for _, p in each("AWS::Lambda::Permission") if p["FunctionName"] == {"Ref": function}]
        allowed = {(p["Action"], p.get("FunctionUrlAuthType"), p.get("InvokedViaFunctionUrl")) for p in permissions}
        if allowed != {("lambda:InvokeFunctionUrl", url["AuthType"], None), ("lambda:InvokeFunction", None, True)}:
            yield f"{function}: not just its URL may be asked by anybody"
        if url["AuthType"] != "NONE" and not all("Distribution" in json.dumps(p.get("SourceArn")) for p in permissions):
            yield f"{function}: others than the distribution may ask it"

    for name, access in each("AWS::CloudFront::OriginAccessControl"):
        if access["OriginAccessControlConfig"]["SigningBehavior"] != "always":
            yield f"{name}: does not sign what it hands on"
    for name, client in each("AWS::Cognito::UserPoolClient"):
        if client["AllowedOAuthFlows"] != ["code"] or client.get("GenerateSecret"):
            yield f"{name}: tokens come in another way than by a code"
        # The other scopes are not needed, and by one of them people write down their own groups.
        if client["AllowedOAuthScopes"] != ["openid"]:
            yield f"{name}: a token may do more than say who somebody is"
    for name, provider in each("AWS::Cognito::UserPoolIdentityProvider"):
        details = json.dumps(provider["ProviderDetails"])
        if "${TenantId}/v2.0" not in details:
            yield f"{name}: people of other tenants may sign in"
        if "{{resolve:secretsmanager:" not in details:
            yield f"{name}: its secret is in the template"

    for name, queue in queues.items():
        metric = "ApproximateNumberOfMessagesVisible" if name in dead_letters else "ApproximateAgeOfOldestMessage"
        if ("AWS/SQS", metric, json.dumps({"Fn::GetAtt": [name, "QueueName"]})) not in watched:
            yield f"{name}: no alarm on {metric}"
        if not queue.get("SqsManagedSseEnabled"):
            yield f"{name}: not encrypted"
        if name not in dead_letters and "RedrivePolicy" not in queue:
            yield f"{name}: no queue for dead letters"

    for name, source in each("AWS::Lambda::EventSourceMapping"):
        queue = source["EventSourceArn"]["Fn::GetAtt"][0]
        function = source["FunctionName"]["Ref"]
        if "ReportBatchItemFailures" not in source.get("FunctionResponseTypes", []):
            yield f"{function}: what it could not do would be deleted from {queue}"
        if queues[queue]["VisibilityTimeout"] < 6 * functions[function]["Timeout"]:
            yield f"{queue}: its visibility timeout is less than six times the timeout of {function}"
        # Lambda would stop a function that goes on by a message to the queue it came from.
        sends = json.dumps({"Fn::GetAtt": [queue, "Arn"]}) in [
            json.dumps(r) for s in resources[functions[function]["Role"]["Fn::GetAtt"][0]]["Properties"]
            ["Policies"][0]["PolicyDocument"]["Statement"] if "sqs:SendMessage" in listed(s["Action"])
            for r in listed(s["Resource"])]
        if sends and functions[function].get("RecursiveLoop") != "Allow":
            yield f"{function}: sends to the queue that invokes it, which Lambda takes for a runaway loop"


def findings(template, is_option, sam_path, plain_path):
    sam_path.write_text(template)
    try:
        plain = translate(template)
    except InvalidDocumentException as refusal:
        return [f"the SAM transform refuses the template: {cause.message}" for cause in refusal.causes]
    plain_path.write_text(json.dumps(plain, indent=2))
    of_linter = [*findings_of_cfn_lint(sam_path), *findings_of_cfn_lint(plain_path)]
    # The rules of the project are only worth asking, and only safe to ask, of a template that is sound.
    return of_linter or list(findings_of_project(plain, is_option))


# Each damage is (what it is, what is replaced, by what, what a finding must say).
DAMAGES = {"template.yaml": [
    ("a visibility timeout below the function's", "VisibilityTimeout: 1080", "VisibilityTimeout: 100", "E3505"),
    ("a visibility timeout below six times that", "VisibilityTimeout: 1080", "VisibilityTimeout: 1000", "six times"),
    ("no limit of what is read", "EnforceWorkGroupConfiguration: true", "EnforceWorkGroupConfiguration: false",
     "as much as it likes"),
    ("tables of any database", "database/${AthenaTables}\n", "database/x\n              - '*'\n", "any resource"),
    ("an unknown runtime", "Runtime: provided.al2023", "Runtime: provided.al1999", "provided.al1999"),
    ("a batch that is no number", "BatchSize: 10", "BatchSize: ten", "BatchSize"),
    ("a reference to nothing", "!GetAtt CollectQueue.Arn\n", "!GetAtt CollectQueues.Arn\n", "CollectQueues"),
    ("a wildcard action", "Action: s3:GetObject", "Action: s3:*", "wildcard"),
    ("any resource", "Resource: !Sub ${Bucket.Arn}/*", 'Resource: "*"', "any resource"),
    ("tokens for anybody", "ForAllValues:StringEquals:\n                    sts:IdentityTokenAudience:",
     "ForAllValues:StringEquals:\n                    aws:TagKeys:", "any resource"),
    ("a right to remove any object", "- !Sub ${Bucket.Arn}/graph/*", "- !Sub ${Bucket.Arn}/*", "removes any object"),
    ("a right to remove for good", "Action: s3:DeleteObject\n", "Action: s3:DeleteObjectVersion\n", "for good"),
    ("failures that go unnoticed", "FunctionResponseTypes: [ReportBatchItemFailures]", "", "would be deleted"),
    ("no permission to recurse", "RecursiveLoop: Allow", "", "runaway"),
    ("a URL without a bound", "ReservedConcurrentExecutions: !If [HasConsentConcurrency, !Ref ConsentConcurrency, !Ref AWS::NoValue]",
     "Tags: { Bound: !If [HasConsentConcurrency, !Ref ConsentConcurrency, !Ref AWS::NoValue] }", "as often as they like"),
    ("a public URL by default", 'Default: "false"', 'Default: "true"', "a public URL"),
    ("concurrency that is reserved by default", "CodeUri: ../target/lambda/start/",
     "CodeUri: ../target/lambda/start/\n      ReservedConcurrentExecutions: 1", "reserves concurrency"),
    ("a reference to what is an option", "      - !If [HasConsentAddress, !Ref ConsentAddress, !GetAtt ConsentFunctionUrl.FunctionUrl]\n            - !Ref AWS::NoValue",
     "      - !Ref AWS::NoValue\n            - !GetAtt ConsentFunctionUrl.FunctionUrl", "W1001"),
    ("a metric without an alarm", "      MetricName: InstancesOverdue\n", "      MetricName: InstancesNotStarted\n", "no alarm on InstancesOverdue"),
    ("a function for everybody", "InvokedViaFunctionUrl: true", "", "not just its URL"),
    ("an alarm on the wrong queue", "!GetAtt FinishDeadLetters.QueueName", "!GetAtt FinishQueue.QueueName", "no alarm"),
    ("no encryption", "SqsManagedSseEnabled: true", "SqsManagedSseEnabled: false", "not encrypted"),
], "page.yaml": [
    ("a URL for everybody", "AuthType: AWS_IAM\n\n", "AuthType: NONE\n\n", "a public URL"),
    ("a function for any event", "InvokedViaFunctionUrl: true", "", "not just its URL"),
    ("any distribution", "      SourceArn: !Sub arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}\n      Invoked",
     "      SourceAccount: !Ref AWS::AccountId\n      Invoked", "others than the distribution"),
    ("requests without a signature", "SigningBehavior: always", "SigningBehavior: never", "does not sign"),
    ("a token in an address", "AllowedOAuthFlows: [code]", "AllowedOAuthFlows: [implicit]", "in another way"),
    ("groups that people write themselves", "AllowedOAuthScopes: [openid]",
     "AllowedOAuthScopes: [openid, aws.cognito.signin.user.admin]", "may do more"),
    ("any tenant", "/${TenantId}/v2.0", "/common/v2.0?${TenantId}", "other tenants"),
    ("a secret in the template", '"{{resolve:secretsmanager:${ClientSecretArn}}}"', "${ClientSecretArn}", "in the template"),
    ("any action", "Action: s3:GetObject", "Action: s3:*", "wildcard"),
    ("any object of any bucket", "Resource: !Sub arn:${AWS::Partition}:s3:::${Bucket}\n", 'Resource: "*"\n', "any resource"),
    ("errors that nobody sees", "MetricName: Errors", "MetricName: Invocations", "no alarm on its errors"),
    ("a URL without a bound", "ReservedConcurrentExecutions: !If [HasConcurrency, !Ref Concurrency, !Ref AWS::NoValue]",
     "Tags: { Bound: !If [HasConcurrency, !Ref Concurrency, !Ref AWS::NoValue] }", "as often as they like"),
]}


def problems_of(path, directory):
    """How many problems a template has, with the damages that nobody would notice."""
    template = path.read_text()
    is_option = path.name != "template.yaml"
    with tempfile.TemporaryDirectory() as scratch:
        sam = pathlib.Path(scratch, path.name)
        problems = findings(template, is_option, sam, directory / path.with_suffix(".json").name)
        for problem in problems:
            print(problem)
        print(f"{path}: {len(problems)} findings")
        missed = 0
        for what, old, new, expected in DAMAGES[path.name]:
            assert old in template, f"the template does not hold {old!r} any more"
            of_damage = findings(template.replace(old, new), is_option, sam, pathlib.Path(scratch, "plain.json"))
            noticed = any(expected in finding for finding in of_damage)
            print(f"  {'noticed' if noticed else 'MISSED '}  {what}")
            missed += not noticed
    return len(problems) + missed


def main():
    directory, *paths = map(pathlib.Path, sys.argv[1:])
    return 1 if sum([problems_of(path, directory) for path in paths]) else 0


sys.exit(main())
