import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { EXCEPT_SERVICES, WITHOUT_TLS } from './policies';

const ABORT_INCOMPLETE_UPLOADS_AFTER = Duration.days(7);

export interface AccessLogBucketProps {
  readonly bucketName: string;
}

/** Takes server access logs; such a bucket can have neither Object Lock nor a KMS key. */
export class AccessLogBucket extends Bucket {
  constructor(scope: Construct, id: string, props: AccessLogBucketProps) {
    super(scope, id, {
      bucketName: props.bucketName,
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        {
          id: 'Expire',
          expiration: Duration.days(365),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: ABORT_INCOMPLETE_UPLOADS_AFTER,
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    refuseClientKeys(this);
    denyWithoutTls(this);
  }
}

export interface DataBucketProps {
  readonly bucketName: string;
  readonly objectLockDays: number;
  readonly encryptionKey: IKey;
  readonly accessLogBucket: Bucket;
}

/** A bucket with Object Lock that AWS Backup can protect. */
export class DataBucket extends Bucket {
  constructor(scope: Construct, id: string, props: DataBucketProps) {
    const objectLock = Duration.days(props.objectLockDays);
    super(scope, id, {
      bucketName: props.bucketName,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.governance(objectLock),
      encryption: BucketEncryption.KMS,
      encryptionKey: props.encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: props.accessLogBucket,
      serverAccessLogsPrefix: `${props.bucketName}/`,
      lifecycleRules: [
        {
          id: 'ExpireNoncurrentVersions',
          expiredObjectDeleteMarker: true,
          noncurrentVersionExpiration: objectLock,
          abortIncompleteMultipartUploadAfter: ABORT_INCOMPLETE_UPLOADS_AFTER,
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // The eventBridgeEnabled property would bring a custom resource with a function.
    (this.node.defaultChild as CfnBucket).addPropertyOverride(
      'NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled',
      true,
    );
    refuseClientKeys(this);
    denyWithoutTls(this);
    keepGovernanceRetention(this);
  }
}

/** Unlike enforceSSL, exempts AWS services: between them, S3 does not tell how a request came. */
function denyWithoutTls(bucket: Bucket): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TLSOnly',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:*'],
      resources: [bucket.bucketArn, bucket.arnForObjects('*')],
      conditions: WITHOUT_TLS,
    }),
  );
}

/** The console of S3 asks to bypass it by default. */
function keepGovernanceRetention(bucket: Bucket): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'KeepGovernanceRetention',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:BypassGovernanceRetention'],
      resources: [bucket.arnForObjects('*')],
      conditions: EXCEPT_SERVICES,
    }),
  );
}

/** AWS Backup does not back up objects under keys of the client's own. */
function refuseClientKeys(bucket: Bucket): void {
  (bucket.node.defaultChild as CfnBucket).addPropertyOverride(
    'BucketEncryption.ServerSideEncryptionConfiguration.0.BlockedEncryptionTypes.EncryptionType',
    ['SSE-C'],
  );
}
