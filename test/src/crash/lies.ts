import {
  type Block,
  type BlockHeader,
  type BlockWitness,
  BodyKind,
  type Run,
  runsRoot,
  type SealedBlock,
} from '@parley/protocol'

/** What a claim commits to. Header and signature are the sequencer's own. */
export interface FalseBatch {
  readonly blocks: readonly Block[]
  readonly witness: readonly BlockWitness[]
  readonly lastHeader: BlockHeader
  readonly signature: Uint8Array
}

/** @param right - One block or more that follow the claim at the head, as they were sealed. */
type Lie = (right: readonly SealedBlock[]) => FalseBatch

const spoilt = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 7 ? byte ^ 1 : byte))

const lastOf = <T>(all: readonly T[]): T => all.at(-1) as T

function claimOf(right: readonly SealedBlock[], told: Partial<FalseBatch>): FalseBatch {
  const { block, signature } = lastOf(right)
  return {
    blocks: right.map((each) => each.block),
    witness: right.map((each) => each.witness),
    lastHeader: block.header,
    signature,
    ...told,
  }
}

/** The last block is another one than that whose header is signed. */
function otherEnd(right: readonly SealedBlock[], change: (block: Block) => Partial<Block>): FalseBatch {
  const { block } = lastOf(right)
  const other = { ...block, ...change(block) }
  const header = { ...other.header, runsRoot: runsRoot(other.runs) }
  return claimOf(right, { blocks: [...right.slice(0, -1).map((each) => each.block), { ...other, header }] })
}

function otherRun(run: Run): Run {
  const postRoot = spoilt(run.postRoot)
  const segments = run.segments.map((each) => (each === lastOf(run.segments) ? { ...each, postRoot } : each))
  return { ...run, segments, postRoot }
}

function otherMessages(run: Run): Run {
  const segments = run.segments.map((each) =>
    each.body.selector === BodyKind.messages
      ? {
          ...each,
          body: { ...each.body, value: each.body.value.map((said) => ({ ...said, content: spoilt(said.content) })) },
        }
      : each,
  )
  return { ...run, segments }
}

/**
 * What whoever may claim, and has not the key of the headers, can say that is wrong and on the DA layer. With that key
 * another header would be signed, which ends the honest sequencer: somebody else has its key.
 */
export const lies = {
  /** A proof of a signature. */
  signatures: (right) =>
    claimOf(right, {
      witness: right.map(({ witness }) => witness.map((run) => run.map((list) => list.map(spoilt)))),
    }),
  /** From here on proofs that the core is not of the signed header, or has another length. */
  'what was said': (right) => otherEnd(right, ({ runs }) => ({ runs: runs.map(otherMessages) })),
  'root of a shard': (right) => otherEnd(right, ({ runs }) => ({ runs: runs.map(otherRun) })),
  'root of the state': (right) =>
    otherEnd(right, ({ header }) => ({ header: { ...header, stateRoot: spoilt(header.stateRoot) } })),
  'a block left out': (right) => {
    const rest = right.slice(0, -1)
    return claimOf(right, { blocks: rest.map(({ block }) => block), witness: rest.map(({ witness }) => witness) })
  },
  'a block too many': (right) => {
    const { block, signature } = right.at(-2) as SealedBlock
    return claimOf(right, { lastHeader: block.header, signature })
  },
} as const satisfies Readonly<Record<string, Lie>>

export type LieKind = keyof typeof lies
export const lieKinds = Object.keys(lies) as readonly LieKind[]

/** Blocks that a lie is told about: two, where it is about their number. */
export const blocksOf = (kind: LieKind): number => (kind.startsWith('a block') ? 2 : 1)

/** Whether a lie about these blocks would be one: without messages there is nothing to spoil. */
export function canBeToldOf(kind: LieKind, right: readonly SealedBlock[]): boolean {
  if (right.length !== blocksOf(kind)) return false
  const { runs } = lastOf(right).block
  const said = runs.some(({ segments }) => segments.some(({ body }) => body.selector === BodyKind.messages))
  return said || kind.startsWith('a block')
}
