import { type Proof, ProofKind } from '@parley/protocol/fraud'

/** What a rule opens behind the block or the pair: a run, a segment, or its neighbour. */
type Piece = 'run' | 'segment'

const headerBytes = 224
const rootBytes = 32

/** Bytes of openings, as docs/spec/fraud-proofs.md writes them. */
class Pieces {
  at: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  get left(): number {
    return this.#bytes.length - this.at
  }

  #branch(): void {
    const bitmap = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.at).getUint32(0)
    this.at += 4 + rootBytes * bitmap.toString(2).replaceAll('0', '').length
  }

  #headers(count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.at += headerBytes + rootBytes
      this.#branch()
    }
  }

  block(isPair: boolean): void {
    const isFirst = this.#bytes[this.at] === 0 && this.#bytes[this.at + 1] === 0
    this.at += 2
    this.#headers(isPair && !isFirst ? 2 : 1)
  }

  take(piece: Piece): Uint8Array {
    const from = this.at
    if (piece === 'run') {
      this.at += 2 + 2 * rootBytes
      this.#branch()
      this.at += 1
    } else {
      this.at += 2 + 2 * rootBytes
      const kind = this.#bytes[this.at]
      this.at += 1 + (kind === 0 ? rootBytes + 1 : kind === 1 ? rootBytes : 8)
      this.#branch()
      this.at += 2
    }
    return this.#bytes.subarray(from, this.at)
  }
}

/** Rules that look at a neighbour: by their number, whether they open a pair, and the pieces before the neighbour. */
const neighbourly = new Map<
  number,
  { readonly isPair: boolean; readonly before: readonly Piece[]; readonly last: Piece }
>([
  [9, { isPair: false, before: ['run'], last: 'run' }],
  [10, { isPair: false, before: ['run'], last: 'segment' }],
  [11, { isPair: true, before: ['run', 'segment'], last: 'segment' }],
  [12, { isPair: true, before: ['run', 'segment'], last: 'segment' }],
  [14, { isPair: false, before: ['run', 'segment'], last: 'segment' }],
])

interface Read {
  readonly rule: number
  /** The block's opening, or the pair's. */
  readonly block: Uint8Array
  /** Everything before the neighbour. */
  readonly begin: Uint8Array
  readonly blockIndex: number
  readonly runIndex: number
  readonly opened: readonly { readonly piece: Piece; readonly bytes: Uint8Array }[]
}

function read({ kind, bytes }: Proof): Read | undefined {
  const rule = bytes[0] ?? 0
  const form = kind === ProofKind.malformed ? neighbourly.get(rule) : undefined
  if (form === undefined) return undefined
  const pieces = new Pieces(bytes, 1)
  pieces.block(form.isPair)
  const block = bytes.subarray(1, pieces.at)
  const opened = form.before.map((piece) => ({ piece, bytes: pieces.take(piece) }))
  const begin = bytes.subarray(0, pieces.at)
  const runIndex = opened[0]?.bytes[0] ?? 0
  // Of a first segment the shard's root stands where the neighbour would.
  const isNeighbour = pieces.left > 0 && !(rule === 11 && isFirst(opened.at(-1)!.bytes))
  const last = isNeighbour ? [{ piece: form.last, bytes: pieces.take(form.last) }] : []
  return { rule, block, begin, blockIndex: bytes[1]! * 256 + bytes[2]!, runIndex, opened: [...opened, ...last] }
}

const isFirst = (segment: Uint8Array): boolean => segment[0] === 0 && segment[1] === 0

/** Each proof that looks at a neighbour once more with every other run of its block, or segment of its run, in the neighbour's place. */
export function* crossed(proofs: readonly Proof[]): Generator<Proof> {
  const all = proofs.flatMap((proof) => read(proof) ?? [])
  const pool = new Map<string, Map<string, Uint8Array>>()
  const named = (piece: Piece, { blockIndex, runIndex }: Read): string =>
    piece === 'run' ? `${blockIndex}` : `${blockIndex}/${runIndex}`
  for (const each of all)
    for (const { piece, bytes } of each.opened) {
      const key = `${piece} ${named(piece, each)}`
      const known = pool.get(key) ?? new Map<string, Uint8Array>()
      pool.set(key, known.set(Buffer.from(bytes).toString('hex'), bytes))
    }
  // Nobody writes RUN_ORDER of runs that stand right: the block and the runs are those of RUN_ROOT.
  for (const { rule, block, opened } of all) {
    const { bytes: run } = opened[0]!
    if (rule !== 10 || run[0] === 0) continue
    for (const other of pool.get(`run ${block[0]! * 256 + block[1]!}`)?.values() ?? [])
      yield { kind: ProofKind.malformed, bytes: new Uint8Array([9, ...block, ...run, ...other]) }
  }
  for (const each of all) {
    const { last } = neighbourly.get(each.rule)!
    for (const other of pool.get(`${last} ${named(last, each)}`)?.values() ?? [])
      yield { kind: ProofKind.malformed, bytes: new Uint8Array([...each.begin, ...other]) }
  }
}
