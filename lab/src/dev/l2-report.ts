/** Gas of one transaction of each kind, as its receipt has it. */
export type GasOf = Readonly<Record<string, number>>

/** What going through contacts and invites on the L2 came to. */
export interface L2Report {
  readonly contacts?: {
    /** Identities that were registered, by themselves and by a sponsor. */
    readonly registered: number
    /** Identities whose bundle, and document, came out as it was registered and changed. */
    readonly resolved: number
    readonly gas: GasOf
  }
  readonly inbox?: {
    /** Invites that were delivered, by their senders and by a relayer for a hidden one. */
    readonly invited: number
    /** Invites that the recipient's gate or standing refused, of those that it had to. */
    readonly refused: number
    readonly refusable: number
    /** Invites that watching the inbox gave, in their order and with a head that is the inbox's own. */
    readonly watched: number
    readonly gas: GasOf
  }
  /** Amounts in wei, as decimal text. */
  readonly treasury?: {
    readonly income: string
    /** What a vote was to spend, and what was spent. */
    readonly toSpend: string
    readonly spent: string
    /** What was payable to the operator for recorded costs, and what was paid. */
    readonly toReimburse: string
    readonly reimbursed: string
    readonly gas: GasOf
  }
}
