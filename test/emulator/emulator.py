"""An emulator of AWS that the CDK CLI deploys to: moto, with what it lacks for this product.

    python3 emulator.py

It listens on a free port of 127.0.0.1, prints its URL and ends with its standard input. Against moto alone it adds

  - models of AWS Backup's vaults, plans and selections. Each request is checked against botocore's model of the API, and refused where
    AWS refuses it: copies outside a lock, a key or a vault that is not there, a bucket that is not versioned.
  - models of CodeBuild's projects and CodePipeline's pipelines, checked in the same way. They do not run: the tests do what is in them.
  - one thing that AWS does not do: a copy action needs its destination vault. AWS finds out at night (F-COPY-14).
  - updates as CloudFormation does them: in place, unless a property changes that can only be set at creation (createOnlyProperties of
    CloudFormation's schemas, which cfn-lint has). moto deletes and creates anew. What is retained is retained.

It also prints a line "no model: TYPE" for each type of which moto has no model, and which it therefore ignores.
"""

import copy
import json
import os
import re
import sys
import threading

import botocore.session
import moto.cloudformation.responses as responses
import moto.events.models as events
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from moto.backup.models import backup_backends
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import FakeBucket, s3_backends
from moto.utilities.utils import get_partition
from werkzeug.serving import make_server

VAULT_ARN = re.compile(r"^arn:aws[a-z-]*:backup:([a-z0-9-]+):(\d{12}):backup-vault:([a-zA-Z0-9\-_]{2,50})$")
BUCKET_ARN = re.compile(r"^arn:aws[a-z-]*:s3:::([a-z0-9.-]+)$")
KEY_ARN = re.compile(r"^arn:aws[a-z-]*:kms:[^:]+:(\d{12}):key/(.+)$")
ALIAS_ARN = re.compile(r"^arn:aws[a-z-]*:kms:([^:]+):(\d{12}):(alias/.+)$")
ROLE_ARN = re.compile(r"^arn:aws[a-z-]*:iam::(\d{12}):role/(.+)$")
SCHEDULE = re.compile(r"^(cron\((\S+ ){5}\S+\)|rate\(\d+ \w+\))$")


def refuse(message):
    raise ValidationError(name_or_id=None, message=message)


# Requests against botocore's models of the APIs.

MODELS = {name: botocore.session.get_session().get_service_model(name) for name in ("backup", "codebuild", "codepipeline", "s3")}


def check(service, operation, parameters, what):
    """Refuses a request that the API would refuse for its form."""
    wrong = list(mistakes(MODELS[service].operation_model(operation).input_shape, parameters, operation))
    if wrong:
        refuse(f"{what}: " + "; ".join(wrong))


def mistakes(shape, value, path):
    kind, limits = shape.type_name, shape.metadata
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path}: not a structure"
            return
        yield from (f"{path}.{name}: required" for name in shape.required_members if name not in value)
        for name, inner in value.items():
            if name in shape.members:
                yield from mistakes(shape.members[name], inner, f"{path}.{name}")
            else:
                yield f"{path}.{name}: unknown"
    elif kind == "list":
        for i, inner in enumerate(value):
            yield from mistakes(shape.member, inner, f"{path}[{i}]")
    elif kind == "map":
        for name, inner in value.items():
            yield from mistakes(shape.value, inner, f"{path}.{name}")
    elif kind == "string":
        if not isinstance(value, str):
            yield f"{path}: not a string: {value!r}"
        elif getattr(shape, "enum", None) and value not in shape.enum:
            yield f"{path}: {value!r} is none of {shape.enum}"
        elif limits.get("pattern") and not re.search(limits["pattern"], value):
            yield f"{path}: {value!r} does not match {limits['pattern']}"
    elif kind in ("integer", "long"):
        if not re.match(r"^-?\d+$", str(value)):
            yield f"{path}: not a number: {value!r}"
        elif int(value) < limits.get("min", int(value)):
            yield f"{path}: {value} is below {limits['min']}"
    elif kind == "boolean" and str(value).lower() not in ("true", "false"):
        yield f"{path}: not a boolean: {value!r}"


# AWS Backup.


class Model:
    """What moto wants of every type."""

    attributes = ()
    name_property = ""

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr in cls.attributes

    @classmethod
    def cloudformation_name_type(cls):
        return cls.name_property

    @classmethod
    def cloudformation_type(cls):
        return cls.type

    @staticmethod
    def is_created():
        return True


class Vault(Model, CloudFormationModel):
    __module__ = "moto.backup.cloudformation"  # moto lists the classes of its own modules
    type = "AWS::Backup::BackupVault"
    attributes = ("BackupVaultArn", "BackupVaultName")
    name_property = "BackupVaultName"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        backend, name, key = backup_backends[account_id][region_name], properties["BackupVaultName"], properties.get("EncryptionKeyArn")
        check("backup", "CreateBackupVault", {"BackupVaultName": name, **({"EncryptionKeyArn": key} if key else {})}, name)
        if key:
            found = KEY_ARN.match(key)
            if not found or found[2] not in kms_backends[found[1]][region_name].keys:
                refuse(f"{name}: there is no key {key}")
        vault = cls()
        vault.vault = backend.create_backup_vault(name, properties.get("BackupVaultTags") or {}, key, "cloudformation")
        vault.change(properties, account_id, region_name)
        return vault

    def change(self, properties, account_id, region_name):
        name, lock = properties["BackupVaultName"], properties.get("LockConfiguration")
        if lock:
            check("backup", "PutBackupVaultLockConfiguration", {"BackupVaultName": name, **lock}, name)
            backup_backends[account_id][region_name].put_backup_vault_lock_configuration(
                name, int(lock["MinRetentionDays"]), lock.get("MaxRetentionDays"), lock.get("ChangeableForDays")
            )
        if policy := properties.get("AccessPolicy"):
            check("backup", "PutBackupVaultAccessPolicy", {"BackupVaultName": name, "Policy": json.dumps(policy)}, name)
        if notifications := properties.get("Notifications"):
            check("backup", "PutBackupVaultNotifications", {"BackupVaultName": name, **notifications}, name)

    @property
    def physical_resource_id(self):
        return self.vault.backup_vault_name

    def get_cfn_attribute(self, attribute_name):
        return self.vault.backup_vault_arn if attribute_name == "BackupVaultArn" else self.vault.backup_vault_name

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        backup_backends[account_id][region_name].delete_backup_vault(resource_name)


class Plan(Model, CloudFormationModel):
    __module__ = "moto.backup.cloudformation"
    type = "AWS::Backup::BackupPlan"
    attributes = ("BackupPlanArn", "BackupPlanId", "VersionId")

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        plan = cls()
        request = cls.request(cloudformation_json["Properties"], account_id, region_name)
        plan.plan = backup_backends[account_id][region_name].create_backup_plan(request, {}, "cloudformation")
        return plan

    def change(self, properties, account_id, region_name):
        self.plan.backup_plan = self.request(properties, account_id, region_name)

    @staticmethod
    def request(properties, account_id, region_name):
        """The request to AWS Backup, which names some members otherwise than CloudFormation."""
        plan = copy.deepcopy(properties["BackupPlan"])
        rules = plan.pop("BackupPlanRule")
        for rule in rules:
            rule["TargetBackupVaultName"] = rule.pop("TargetBackupVault")
            check_rule(rule, f"{plan['BackupPlanName']}/{rule['RuleName']}", backup_backends[account_id][region_name].vaults)
        request = {**plan, "Rules": rules}
        check("backup", "CreateBackupPlan", {"BackupPlan": request}, plan["BackupPlanName"])
        return request

    @property
    def physical_resource_id(self):
        return self.plan.backup_plan_id

    def get_cfn_attribute(self, attribute_name):
        values = {"BackupPlanArn": self.plan.backup_plan_arn, "BackupPlanId": self.plan.backup_plan_id, "VersionId": self.plan.version_id}
        return values[attribute_name]

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        backup_backends[account_id][region_name].delete_backup_plan(resource_name)


def check_rule(rule, name, vaults):
    """Refuses a rule whose jobs AWS Backup would refuse or fail."""
    if rule["TargetBackupVaultName"] not in vaults:
        refuse(f"{name}: there is no vault {rule['TargetBackupVaultName']}")
    if not SCHEDULE.match(rule.get("ScheduleExpression", "cron(0 5 ? * * *)")):
        refuse(f"{name}: {rule['ScheduleExpression']} is no schedule")
    if int(rule.get("CompletionWindowMinutes", 10080)) < int(rule.get("StartWindowMinutes", 480)) + 60:
        refuse(f"{name}: the completion window ends less than 60 minutes after the start window")
    life = rule.get("Lifecycle") or {}
    if rule.get("EnableContinuousBackup") and not 1 <= int(life.get("DeleteAfterDays", 999)) <= 35:
        refuse(f"{name}: a continuous backup is kept for 1 to 35 days")
    check_life(life, vaults[rule["TargetBackupVaultName"]], name)
    for action in rule.get("CopyActions", []):
        found = VAULT_ARN.match(action["DestinationBackupVaultArn"])
        if not found:
            refuse(f"{name}: {action['DestinationBackupVaultArn']} is no vault")
        vault = backup_backends[found[2]][found[1]].vaults.get(found[3])
        if not vault:
            refuse(f"{name}: the destination vault does not exist: {found[0]}")
        check_life(action.get("Lifecycle") or {}, vault, name)


def check_life(life, vault, name):
    if life.get("MoveToColdStorageAfterDays"):
        refuse(f"{name}: backups of S3 have no cold storage")
    days = int(life.get("DeleteAfterDays") or 10**9)
    if vault.locked and not int(vault.min_retention_days) <= days <= int(vault.max_retention_days or 10**9):
        refuse(f"{name}: {days} days are outside of the lock of {vault.backup_vault_name}")


class Selection(Model, CloudFormationModel):
    __module__ = "moto.backup.cloudformation"
    type = "AWS::Backup::BackupSelection"
    attributes = ("Id", "SelectionId", "BackupPlanId")

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        plan, selection = properties["BackupPlanId"], properties["BackupSelection"]
        name, buckets = selection["SelectionName"], s3_backends[account_id][get_partition(region_name)].buckets
        check("backup", "CreateBackupSelection", {"BackupPlanId": plan, "BackupSelection": selection}, name)
        if plan not in backup_backends[account_id][region_name].plans:
            refuse(f"{name}: there is no plan {plan}")
        for arn in selection.get("Resources", []):
            if "*" in arn:
                continue
            found = BUCKET_ARN.match(arn)
            if not found or found[1] not in buckets or buckets[found[1]].versioning_status != "Enabled":
                refuse(f"{name}: {arn} is no bucket with versions")
        created = cls()
        created.plan_id, created.physical_resource_id = plan, f"{resource_name}_{plan}"
        return created

    physical_resource_id = None

    def get_cfn_attribute(self, attribute_name):
        return self.plan_id if attribute_name == "BackupPlanId" else self.physical_resource_id

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        pass  # moto keeps no selections


# CodeBuild and CodePipeline.


def request(shape, value):
    """What CloudFormation sends for properties: the API's names begin with a small letter, but not those of maps."""
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {name.lower(): name for name in shape.members}
        names = {name: members.get(name.lower(), name) for name in value}
        return {names[name]: request(shape.members.get(names[name], shape), inner) for name, inner in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [request(shape.member, inner) for inner in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: str(inner).lower() if isinstance(inner, bool) else inner for name, inner in value.items()}
    return value


def need_role(arn, what):
    found = ROLE_ARN.match(arn)
    if not found or found[2].rpartition("/")[2] not in {role.name for role in iam_backends[found[1]]["aws"].roles.values()}:
        refuse(f"{what}: there is no role {arn}")


def need_bucket(name, account_id, region_name, what):
    if name not in s3_backends[account_id][get_partition(region_name)].buckets:
        refuse(f"{what}: there is no bucket {name}")


def need_alias(arn, what):
    found = ALIAS_ARN.match(arn)
    if not found or not kms_backends[found[2]][found[1]].alias_exists(found[3]):
        refuse(f"{what}: there is no key {arn}")


class Named(Model):
    """A type whose physical id is its name."""

    names = {}  # of all that there are, by account and Region

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        created = cls()
        created.physical_resource_id = resource_name
        created.arn = f"arn:aws:{cls.service}:{region_name}:{account_id}:{cls.prefix}{resource_name}"
        created.change({**cloudformation_json["Properties"], "Name": resource_name}, account_id, region_name)
        cls.names.setdefault((account_id, region_name), set()).add(resource_name)
        return created

    def get_cfn_attribute(self, attribute_name):
        return self.arn if attribute_name == "Arn" else "1"

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
        cls.names[account_id, region_name].discard(resource_name)


class Project(Named, CloudFormationModel):
    __module__ = "moto.codebuild.cloudformation"
    type, service, prefix = "AWS::CodeBuild::Project", "codebuild", "project/"
    attributes = ("Arn",)
    name_property = "Name"
    physical_resource_id = None
    names = {}

    def change(self, properties, account_id, region_name):
        name = properties.get("Name", self.physical_resource_id)
        shape = MODELS["codebuild"].operation_model("CreateProject").input_shape
        check("codebuild", "CreateProject", request(shape, {**properties, "Name": name}), name)
        json.loads(properties["Source"]["BuildSpec"])
        need_role(properties["ServiceRole"], name)
        if properties.get("EncryptionKey"):
            need_alias(properties["EncryptionKey"], name)
        if properties.get("Cache", {}).get("Type") == "S3":
            need_bucket(properties["Cache"]["Location"].partition("/")[0], account_id, region_name, name)


class CodePipeline(Named, CloudFormationModel):
    __module__ = "moto.codepipeline.cloudformation"
    type, service, prefix = "AWS::CodePipeline::Pipeline", "codepipeline", ""
    attributes = ("Version",)
    name_property = "Name"
    physical_resource_id = None
    names = {}

    def change(self, properties, account_id, region_name):
        pipeline = copy.deepcopy(properties)
        name = pipeline.setdefault("Name", self.physical_resource_id)
        pipeline.pop("RestartExecutionOnUpdate", None)  # what CloudFormation does itself
        stores = {store["Region"]: store["ArtifactStore"] for store in pipeline.pop("ArtifactStores", [])}
        shape = MODELS["codepipeline"].operation_model("CreatePipeline").input_shape.members["pipeline"]
        made = request(shape, pipeline)
        made["artifactStores"] = {region: request(shape.members["artifactStore"], store) for region, store in stores.items()}
        check("codepipeline", "CreatePipeline", {"pipeline": made}, name)
        need_role(made["roleArn"], name)
        for store in stores.values():
            need_bucket(store["Location"], account_id, region_name, name)
            need_alias(store["EncryptionKey"]["Id"], name)
        artifacts = set()
        for stage in made["stages"]:
            what = f"{name}/{stage['name']}"
            actions = stage["actions"]
            if not 1 <= len(actions) <= 50 or len({action["name"] for action in actions}) < len(actions):
                refuse(f"{what}: a stage has 1 to 50 actions, of different names")
            for action in sorted(actions, key=lambda action: int(action.get("runOrder", 1))):
                if action.get("region", region_name) not in stores:
                    refuse(f"{what}: no artifacts in {action['region']}")
                if missing := {artifact["name"] for artifact in action.get("inputArtifacts", [])} - artifacts:
                    refuse(f"{what}: no action before {action['name']} has written {missing}")
                artifacts |= {artifact["name"] for artifact in action.get("outputArtifacts", [])}
                project = action.get("configuration", {}).get("ProjectName")
                if project and project not in Project.names.get((account_id, region_name), ()):
                    refuse(f"{what}: there is no project {project}")


# Buckets: moto takes the encryption and the tags alone.

create_bucket = FakeBucket.create_from_cloudformation_json.__func__


def create_whole_bucket(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    properties = cloudformation_json.get("Properties", {})
    backend = s3_backends[account_id][get_partition(region_name)]
    locked = str(properties.get("ObjectLockEnabled", "")).lower() == "true"
    status = properties.get("VersioningConfiguration", {}).get("Status")
    lock = properties.get("ObjectLockConfiguration")
    retention = (lock or {}).get("Rule", {}).get("DefaultRetention", {})
    if locked and status not in (None, "Enabled"):
        refuse(f"{resource_name}: Object Lock needs versions")
    if lock:
        check("s3", "PutObjectLockConfiguration", {"Bucket": resource_name, "ObjectLockConfiguration": lock}, resource_name)
        if not locked or ("Days" in retention) == ("Years" in retention):
            refuse(f"{resource_name}: Object Lock needs ObjectLockEnabled, and either days or years")
    bucket = create_bucket(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    if status or locked:
        backend.put_bucket_versioning(resource_name, "Enabled" if locked else status)
    if locked:
        bucket.object_lock_enabled = True
        days, years = int(retention.get("Days") or 0), int(retention.get("Years") or 0)
        backend.put_object_lock_configuration(resource_name, True, retention.get("Mode"), days, years)
    if block := properties.get("PublicAccessBlockConfiguration"):
        backend.put_public_access_block(resource_name, {name: str(value).lower() for name, value in block.items()})
    return bucket


FakeBucket.create_from_cloudformation_json = classmethod(create_whole_bucket)


# CloudFormation: updates.

create_resource = parsing.parse_and_create_resource
without_model = set()


def create(logical_id, resource_json, resources_map, account_id, region_name):
    resource = create_resource(logical_id, resource_json, resources_map, account_id, region_name)
    if resource is not None:
        resource.template_properties = resolved(logical_id, resource_json, resources_map)
    elif parsing.resource_class_from_type(resource_json["Type"]) is None and resource_json["Type"] not in without_model:
        without_model.add(resource_json["Type"])
        print(f"no model: {resource_json['Type']}", flush=True)
    return resource


def resolved(logical_id, resource_json, resources_map):
    return parsing.parse_resource_and_generate_name(logical_id, copy.deepcopy(resource_json), resources_map)[1]["Properties"]


def update(logical_id, resource_json, resources_map, account_id, region_name):
    """Updates a resource in place, or creates another in its place, as CloudFormation decides it."""
    kind = parsing.resource_class_from_type(resource_json["Type"])
    before = resources_map[logical_id]
    if kind is None or before is None:
        return None
    properties = resolved(logical_id, resource_json, resources_map)
    if not replaces(resource_json["Type"], before.template_properties, properties):
        if hasattr(before, "change"):
            before.change(properties, account_id, region_name)
        before.template_properties = properties
        return before
    name = kind.cloudformation_name_type()  # F-IAM-16 has what CloudFormation says
    if name and name in properties and before.template_properties.get(name) == properties[name]:
        refuse(f"CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {properties[name]}")
    after = create(logical_id, resource_json, resources_map, account_id, region_name)
    if resource_json.get("UpdateReplacePolicy") != "Retain":
        kind.delete_from_cloudformation_json(
            before.physical_resource_id, {"Properties": before.template_properties}, account_id, region_name
        )
    return after


def replaces(kind, before, after):
    """Whether a property changes that can only be set at creation."""
    names = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("createOnlyProperties", [])
    tops = {name.split("/")[2] for name in names}
    return any(before.get(top) != after.get(top) for top in tops)


delete_resource = parsing.ResourceMap._delete_resource


def delete_unless_retained(self, parsed_resource, resource_json):
    if resource_json.get("DeletionPolicy") not in ("Retain", "RetainExceptOnCreate"):
        delete_resource(self, parsed_resource, resource_json)


parsing.parse_and_create_resource = create
parsing.parse_and_update_resource = update
parsing.ResourceMap._delete_resource = delete_unless_retained


# CloudFormation: what the CDK CLI calls and moto lacks.

get_stack_from_s3_url = responses.get_stack_from_s3_url


def get_template(template_url, account_id, partition):
    """moto reads the bucket from the host if that is an address."""
    return get_stack_from_s3_url(template_url.replace("127.0.0.1", "localhost"), account_id=account_id, partition=partition)


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFoundException"


def change_set(self):
    """The change set of a request. moto finds it by its name alone, which is that of the change sets of all the CDK's stacks."""
    name, stack = self._get_param("ChangeSetName"), self._get_param("StackName")
    for found in self.cloudformation_backend.change_sets.values():
        if name in (found.change_set_id, found.change_set_name) and (stack is None or stack in (found.stack_id, found.stack_name)):
            return found
    raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")


def describe_change_set(self):
    return ActionResult(change_set(self))


def execute_change_set(self):
    self.cloudformation_backend.execute_change_set(change_set(self).change_set_id)
    return EmptyResult()


def delete_change_set(self):
    try:
        del self.cloudformation_backend.change_sets[change_set(self).change_set_id]
    except ChangeSetNotFound:
        pass  # as AWS does
    return EmptyResult()


def update_termination_protection(self):
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_param("EnableTerminationProtection") in (True, "true")
    return ActionResult({"StackId": self._get_param("StackName")})


update_changed_stack = responses.CloudFormationResponse.update_stack


def update_stack(self):
    """Refuses an update without a change, as AWS does. moto does so only where a stack has parameters."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    body = self._get_param("TemplateBody")
    if body and json.loads(body) == json.loads(stack.template) and not self._get_param("Parameters", []):
        refuse("No updates are to be performed.")
    return update_changed_stack(self)


responses.get_stack_from_s3_url = get_template
for operation in (update_stack, describe_change_set, execute_change_set, delete_change_set, update_termination_protection):
    setattr(responses.CloudFormationResponse, operation.__name__, operation)


# EventBridge: moto's reference to an event bus is the object, not its name.

normalize_event_bus_arn = events.EventsBackend._normalize_event_bus_arn


def normalize(self, event_bus):
    return event_bus.name if isinstance(event_bus, events.EventBus) else normalize_event_bus_arn(self, event_bus)


events.EventBus.physical_resource_id = property(lambda self: self.name)
events.EventsBackend._normalize_event_bus_arn = normalize


def end_with_input():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()
