import { type EventPattern, Match } from 'aws-cdk-lib/aws-events';

/** All events but those that EventBridge makes on a schedule. */
export const NOT_TICKS: EventPattern = {
  detailType: Match.anythingBut('Scheduled Event'),
};
