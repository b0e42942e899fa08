/** One append of the stream. What it holds is one entry, the end of a block, or the beginning of a term. */
export interface Appended {
  /** Stands for the hash of the record. */
  readonly id: number
  readonly kind: 'entry' | 'seal' | 'term'
  readonly term: number
  readonly replica: number
  /** Digest of all valid records before it, which a term record does not know. */
  readonly previous: number
  /** Number of the block that a seal record ends, from 1. */
  readonly block: number
  /** Root that a seal record names; what an entry says. */
  readonly value: number
}

/** What a reader makes of a record: it `counts`, begins a `term`, is `skipped`, or seals a block with another root than its entries make. */
export type Reading = 'counts' | 'term' | 'skipped' | 'wrong-root'

/** Mixes 52 bits, so that what differs is never taken for the same. */
function mix(digest: number, value: number): number {
  const low = Math.imul((digest % 0x400_0000) ^ value, 0x85eb_ca6b)
  const high = Math.imul(Math.floor(digest / 0x400_0000) ^ low, 0xc2b2_ae35)
  return ((high ^ (high >>> 15)) & 0x3ff_ffff) * 0x400_0000 + ((low ^ (low >>> 13)) & 0x3ff_ffff)
}

/** What follows from the records of a stream up to a place: a function of them alone. */
export class History {
  /** Records read; also the place of the next one. */
  position = 0
  term = 0
  /** Digest of all valid records. */
  digest = 0
  root = 0
  sealed = 0
  /** `id` of each record from the last one on that names what is before it: from the beginning when there is none. */
  #unbound: readonly number[] = []

  /** Takes the record at `position`. */
  read(record: Appended): Reading {
    const begins = record.kind === 'term' && record.term === this.term + 1
    const counts = record.kind !== 'term' && record.term === this.term && record.previous === this.digest
    this.position += 1
    this.#unbound = counts ? [record.id] : [...this.#unbound, record.id]
    if (!begins && !counts) return 'skipped'
    this.digest = mix(this.digest, record.id)
    if (begins) {
      this.term = record.term
      return 'term'
    }
    if (record.kind === 'entry') {
      this.root = mix(this.root, record.value)
      return 'counts'
    }
    this.sealed = record.block
    return record.value === this.root ? 'counts' : 'wrong-root'
  }

  /** What follows once this record is durable at the end. */
  after(record: Appended): History {
    const history = new History()
    Object.assign(history, this)
    history.read(record)
    return history
  }

  /** A mistake: stands behind a term record without having read what is before it. */
  jump(place: number, record: Appended): void {
    this.position = place + 1
    this.term = record.term
    this.digest = mix(this.digest, record.id)
    this.#unbound = []
  }

  /** Whether the records of a stream are those that were read, as far as one that names what is before it. */
  agrees(records: readonly Appended[]): boolean {
    const first = this.position - this.#unbound.length
    return this.#unbound.every((id, index) => records[first + index]?.id === id)
  }
}
