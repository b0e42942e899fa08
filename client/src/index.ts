export * from './build/account.ts'
export * from './build/conversation.ts'
export * from './build/membership.ts'
export { encodeMessages, type MessageDraft, maxMessagesPerRequest, signMessage } from './build/message.ts'
export * from './build/signer.ts'
export * from './committee/challenge.ts'
export {
  type CommitteeEpoch,
  type CommitteeMember,
  type GetCommitteeReturnType,
  getCommittee,
  getCommitteeMember,
  getDataCommittee,
} from './committee/get-committee.ts'
export * from './committee/member.ts'
export type { CommitteeParameters } from './committee/parameters.ts'
export * from './committee/rotation.ts'
export * from './contacts/attribute.ts'
export * from './contacts/bundle.ts'
export * from './contacts/change-attributes.ts'
export * from './contacts/change-owner.ts'
export * from './contacts/delegate.ts'
export * from './contacts/did-document.ts'
export * from './contacts/identities.ts'
export * from './contacts/parameters.ts'
export * from './contacts/register.ts'
export * from './contacts/relay.ts'
export * from './contacts/resolve.ts'
export * from './contacts/revoke.ts'
export * from './contacts/set.ts'
export * from './contacts/sign.ts'
export * from './faults.ts'
export * from './gates/allow-list.ts'
export * from './gates/attestation.ts'
export * from './gates/composite.ts'
export * from './gates/demand.ts'
export * from './gates/flat-fee.ts'
export type { GateParameters } from './gates/parameters.ts'
export * from './gates/sybil-list.ts'
export * from './gateway/forms.ts'
export * from './gateway/gateway-client.ts'
export * from './gateway/gateways.ts'
export * from './gateway/pledge.ts'
export * from './gateway/promise.ts'
export * from './gateway/proofs.ts'
export * from './gateway/tokens.ts'
export * from './governance/get-proposal.ts'
export type { GovernorParameters } from './governance/parameters.ts'
export {
  type Proposal,
  type ProposedCall,
  proposalIdOf,
  type SpendingParameters,
  spending,
} from './governance/proposal.ts'
export * from './governance/propose.ts'
export * from './governance/vote.ts'
export type { HttpOptions, ServerDeps } from './http.ts'
export * from './invites/credit.ts'
export type { InviteCursor } from './invites/cursor.ts'
export { type Invite, nextHead } from './invites/decode-invite.ts'
export * from './invites/inbox-state.ts'
export { type InviteReturnType, invite, type SendInviteParameters } from './invites/invite.ts'
export {
  type InviteManyParameters,
  type InviteOfMany,
  type InviteOutcome,
  inviteMany,
  type QuoteManyParameters,
  type QuoteManyReturnType,
  quoteMany,
  type RelayManyParameters,
  relayMany,
  type SignedInvite,
} from './invites/invite-many.ts'
export { inviteOutcomes } from './invites/invite-outcomes.ts'
export type { InboxParameters, InviteParameters } from './invites/parameters.ts'
export { type InviteQuote, type QuoteInviteParameters, quoteInvite } from './invites/quote-invite.ts'
export * from './invites/relay-invite.ts'
export * from './invites/standing.ts'
export * from './invites/watch-invites.ts'
export type { L2Client, SentCall, WriteParameters } from './l2/client.ts'
export * from './l2/confirm.ts'
export type { ContractFault } from './l2/contract-faults.ts'
export { chainIdOf } from './l2/sign-typed.ts'
export type { RecordEntry } from './node/answers.ts'
export * from './node/chain-client.ts'
export type { L2Deps } from './node/claims.ts'
export * from './node/grade.ts'
export * from './node/node-client.ts'
export { findRecordGap, type RecordSignatures } from './node/verify-record.ts'
export * from './poll.ts'
export * from './reputation/repute.ts'
export * from './reputation/stake.ts'
export * from './reputation/sybil-list.ts'
export * from './reputation/vouch.ts'
export * from './rollup/bonds.ts'
export * from './rollup/deposit.ts'
export * from './rollup/finalize.ts'
export * from './rollup/force.ts'
export {
  type GetClaimParameters,
  type GetFinalNumberParameters,
  getClaim,
  getFinalNumber,
  type StandingClaim,
} from './rollup/get-claim.ts'
export * from './rollup/get-deployment.ts'
export { type OperatingParameters, operatorOf } from './rollup/operator.ts'
export type { RollupParameters } from './rollup/parameters.ts'
export * from './rollup/quote.ts'
export * from './rollup/silence.ts'
export * from './rollup/withdraw.ts'
export type { BucketStart, BucketsFeed, BucketUpdate } from './sequencer/buckets-feed.ts'
export { chooseBuckets, type HidingOptions } from './sequencer/choose-buckets.ts'
export type {
  ConversationStart,
  ConversationsFeed,
  EntriesUpdate,
  FeedUpdate,
  SealedUpdate,
} from './sequencer/conversations-feed.ts'
export type { LiveFeedOptions } from './sequencer/live-feed.ts'
export type { MessageStream, MessageStreamOptions } from './sequencer/message-stream.ts'
export { type Receipt, type Refusal, type RefusalDetails, refusalDetails } from './sequencer/receipts.ts'
export type { FeedOptions, FeedTransport } from './sequencer/resumable-feed.ts'
export {
  createSequencerClient,
  type SequencerClient,
  type SequencerPrices,
  type SequencerStatus,
} from './sequencer/sequencer-client.ts'
export * from './treasury/collect-fees.ts'
export * from './treasury/get-treasury.ts'
export { type CostPart, costParts, type TreasuryParameters } from './treasury/parameters.ts'
export * from './treasury/record-costs.ts'
export * from './treasury/reimburse.ts'
