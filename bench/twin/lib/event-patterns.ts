import { type EventPattern, Match } from 'aws-cdk-lib/aws-events';

/** Leaves out what somebody replays from an archive. The type of L2 lacks the field. */
export const live = (pattern: EventPattern) =>
  ({ ...pattern, 'replay-name': Match.doesNotExist() }) as EventPattern;

/** All events but those that EventBridge makes on a schedule. */
export const NOT_TICKS = live({
  detailType: Match.anythingBut('Scheduled Event'),
});
