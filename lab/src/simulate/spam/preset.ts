import type { BulkParameters } from '../model/bulk-pricing.ts'
import type { DemandCurve } from '../model/demand.ts'
import type { ReputationParameters } from '../model/reputation.ts'

/** What is deployed. */
export interface ContractParameters {
  readonly curve: DemandCurve
  /** Wei: what every inbox asks for in the world of flat fees. */
  readonly flatFee: bigint
  /** Hundredths of a percent. */
  readonly protocolShare: number
  /** Wei. */
  readonly registrationFee: bigint
  readonly bulk: BulkParameters
  readonly reputation: ReputationParameters
  /** Seconds that stakes take to leave. */
  readonly unbondingDelay: number
}

/** How large the simulated world is beside the real one. */
export interface Scale {
  readonly realInboxes: number
  /** Real inboxes that one simulated inbox stands for. */
  readonly factor: number
  /** Percent of inboxes that are consumers'; the rest are apps' and bulk senders'. */
  readonly consumersPercent: number
  /** Consumers that send; all receive. */
  readonly sendingConsumers: number
}

/** What people do, which no contract can say. */
export interface Behaviour {
  /** Days of a consumer's life with one identity, all of which is simulated. */
  readonly lifeDays: number
  /** Invites a week of a consumer: people it has not talked to before. */
  readonly consumerInvitesPerWeek: number
  /** Percent of consumers whom an inbox app vouches for when they register; the others begin without repute. */
  readonly attestedPercent: number
  /** Percent of a consumer's invites that hide their sender behind a key made for the purpose. */
  readonly hiddenPercent: number
  /** Honest bulk senders, their invites on a day of sending, and days between two. */
  readonly honest: { readonly senders: number; readonly invites: number; readonly everyDays: number }
  /** Percent of recipients of spam who report and block its sender. */
  readonly reportPercent: number
  /** Seconds within which a recipient reads an invite, evenly spread. */
  readonly readWithin: number
  /** Reports after which an inbox app holds an account to be a sybil. */
  readonly reportsToList: number
  /** Seconds between two publications of its list. */
  readonly listEvery: number
  /** Responses to a million delivered invites, and wei that each is worth. */
  readonly spamResponses: { readonly perMillion: number; readonly worth: bigint }
  readonly honestResponses: { readonly perMillion: number; readonly worth: bigint }
  /** Percent a year that capital bound as a stake would earn elsewhere. */
  readonly capitalPercent: number
}

/** How hard the spammers try. */
export interface Attack {
  /** Invites of one campaign, each to another inbox. */
  readonly volume: number
  /** Days, one campaign of each spammer on each, that end the consumers' life. */
  readonly days: number
  /** The flood of one inbox: invites a period of its curve, and periods. */
  readonly flood: { readonly invites: number; readonly periods: number; readonly sampleEvery: number }
}

/** Everything that a simulation follows from, but for its seed. */
export interface SpamPreset {
  readonly name: string
  readonly about: string
  readonly scale: Scale
  readonly contracts: ContractParameters
  readonly behaviour: Behaviour
  readonly attack: Attack
  /** Wei a unit of gas. */
  readonly gasPrice: bigint
}

/** Simulated inboxes. */
export const inboxCount = ({ realInboxes, factor }: Scale): number => Math.round(realInboxes / factor)
