import fc from 'fast-check'

/** What goes wrong with an entry on purpose. */
export type Flaw =
  | 'none'
  | 'signature bit'
  | 'signature out of range'
  | 'high s'
  | 'stranger'
  | 'nonce'
  | 'unknown place'
  | 'too much'
  | 'signature count'
  | 'role'

export type EntryKind = 'message' | 'create' | 'change' | 'fund' | 'reclaim' | 'withdraw'

/** Random numbers that a scenario makes an entry of, in the state it stands in. */
export interface EntryDraw {
  readonly kind: EntryKind
  readonly flaw: Flaw
  readonly a: number
  readonly b: number
  readonly c: number
  /** Messages in a row. */
  readonly repeat: number
}

export type ItemDraw =
  | { readonly kind: 'deposit'; readonly a: number; readonly b: number }
  | { readonly kind: 'prices'; readonly a: number; readonly b: number }
  | { readonly kind: 'forced'; readonly bySender: boolean; readonly entry: EntryDraw }

export interface BlockDraw {
  readonly stepMs: number
  readonly items: readonly ItemDraw[]
  readonly entries: readonly EntryDraw[]
}

const flaws: readonly Flaw[] = [
  'signature bit',
  'signature out of range',
  'high s',
  'stranger',
  'nonce',
  'unknown place',
  'too much',
  'signature count',
  'role',
]

const flaw = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Flaw>('none') },
  { weight: 1, arbitrary: fc.constantFrom(...flaws) },
)

const kind = fc.oneof(
  { weight: 6, arbitrary: fc.constant<EntryKind>('message') },
  { weight: 5, arbitrary: fc.constantFrom<EntryKind>('create', 'change', 'change', 'fund', 'reclaim', 'withdraw') },
)

const number = fc.nat({ max: 1_000_000 })

const repeat = fc.oneof(
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 40 }) },
)

const entry: fc.Arbitrary<EntryDraw> = fc.record({ kind, flaw, a: number, b: number, c: number, repeat })

const item: fc.Arbitrary<ItemDraw> = fc.oneof(
  fc.record({ kind: fc.constant<'deposit'>('deposit'), a: number, b: number }),
  fc.record({ kind: fc.constant<'prices'>('prices'), a: number, b: number }),
  fc.record({ kind: fc.constant<'forced'>('forced'), bySender: fc.boolean(), entry }),
)

/** A few blocks of anything. */
export const blockDraws: fc.Arbitrary<readonly BlockDraw[]> = fc.array(
  fc.record({
    stepMs: fc.integer({ min: 250, max: 5_000 }),
    items: fc.array(item, { maxLength: 8 }),
    entries: fc.array(entry, { minLength: 1, maxLength: 40 }),
  }),
  { minLength: 1, maxLength: 3 },
)
