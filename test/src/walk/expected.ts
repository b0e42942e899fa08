/** Steps of going through messaging, in their order, each with what its evidence must have. */
export const walkSteps: readonly (readonly [step: string, evidence?: Readonly<Record<string, unknown>>])[] = [
  ['Alice registers, and a gateway pays', { balanceWei: '0', transactions: 0 }],
  ['Bob registers, and a gateway pays', { balanceWei: '0', transactions: 0 }],
  ['Charlie registers, and a gateway pays', { balanceWei: '0', transactions: 0 }],
  ['Alice finds Bob'],
  ['Alice invites Bob'],
  ['Bob consents'],
  ['both talk'],
  ['Charlie is refused by every node', { bySequencer: 'SIGNATURE_INVALID' }],
  ['an attachment of 5 MB arrives', { bytes: 5_242_880 }],
  ['Bob adds a second device by code', { otherCode: 'DEVICE_UNKNOWN' }],
  ['the second device reads history and speaks', { readPosition: true }],
  [
    'the second device is revoked, and reads and writes nothing',
    { refused: 'NOT_A_MEMBER', bySequencer: 'SIGNATURE_INVALID', readSince: 0 },
  ],
  ['a store withholds, and another serves'],
  ['the PDS withholds and is proven', { fault: 'PDS_WITHHELD', what: 'unserved', verdict: 'proven', invites: 2 }],
  ['a gateway censors, and is switched', { fault: 'PROMISE_BROKEN', registered: true }],
  ['Dave is added'],
  ['Bob is removed, and can neither read nor write', { gotFromBob: 0, refused: 'NOT_A_MEMBER', readSince: 0 }],
  ['the sequencer drops, and a message is forced'],
  ['everything is final and complete', { grade: 'final' }],
]

/** A step as a walk reports it. */
interface Taken {
  readonly step: string
  readonly evidence: Readonly<Record<string, unknown>>
}

/** What is not in a walk as it must be; none when all of it is. */
export function missingIn(taken: readonly Taken[]): readonly string[] {
  const defects = walkSteps.flatMap(([step, wanted = {}], i) => {
    const found = taken[i]
    if (found?.step !== step) return [`step ${i + 1} is ${found?.step ?? 'missing'}, not ${step}`]
    return Object.entries(wanted)
      .filter(([name, value]) => found.evidence[name] !== value)
      .map(
        ([name, value]) => `${step}: ${name} is ${JSON.stringify(found.evidence[name])}, not ${JSON.stringify(value)}`,
      )
  })
  return taken.length > walkSteps.length ? [...defects, `${taken.length} steps`] : defects
}
