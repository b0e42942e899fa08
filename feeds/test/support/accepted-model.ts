import { decodeServerFrame, feedLevels, type ServerRecord } from '@parley/api'
import { ConversationEntryType } from '@parley/protocol'
import { bucketKey, bucketOfPlace } from '../../src/fan-out/bucket.ts'
import { placeKey } from '../../src/index.ts'

interface Had {
  readonly hexes: string[]
  readonly blocks: bigint[]
  /** How many are known to be sealed. */
  settled: number
  /** How many came again since the server said that it sends again. */
  repeated: number
}

/** What a reader has that was told things as they were accepted: checks that nothing is told otherwise later. */
export class AcceptedModel {
  /** By the key of the place. */
  readonly had = new Map<number, Had>()
  /** Last block before those that are told, by the key of the place, or of all that is watched. */
  readonly since = new Map<number, bigint>()
  watchingSince: bigint | undefined

  take(frame: Uint8Array): void {
    for (const record of decodeServerFrame(frame)) this.takeRecord(record)
  }

  private takeRecord({ kind, value }: ServerRecord): void {
    if (kind === 'entries') {
      const hexes = value.entries.map((entry) => Buffer.from(ConversationEntryType.serialize(entry)).toString('hex'))
      const blocks = value.entries.map(({ block }) => block)
      this.entries(placeKey(value.place), { hexes, blocks }, value.level === feedLevels.sealed)
    } else if (kind === 'sealed') this.sealed(value.header.number)
    else if (kind === 'behind') this.sendsAgain(this.of(placeKey(value.place)))
    else if (kind === 'trailing') {
      for (const [key, had] of this.had)
        if (bucketOfPlace(key, value.bucket.bits) === bucketKey(value.bucket)) this.sendsAgain(had)
    } else if (kind === 'live') {
      for (const place of value.places)
        if (!this.since.has(placeKey(place))) this.since.set(placeKey(place), value.after)
    } else if (kind === 'watching') this.watchingSince ??= value.after
    else if (kind !== 'mutated' && kind !== 'caughtUp') throw new Error(`${kind} was not to come`)
  }

  private entries(key: number, { hexes, blocks }: Pick<Had, 'hexes' | 'blocks'>, isSealed: boolean): void {
    const had = this.of(key)
    hexes.forEach((hex, i) => {
      const known = had.hexes[had.repeated]
      if (known === undefined) {
        had.hexes.push(hex)
        had.blocks.push(blocks[i] as bigint)
      } else if (known !== hex) throw new Error(`${key}: entry ${had.repeated} is another one`)
      had.repeated += 1
    })
    if (isSealed) this.settle(had, blocks.at(-1) as bigint)
  }

  private sealed(block: bigint): void {
    for (const had of this.had.values()) if (had.repeated === had.hexes.length) this.settle(had, block)
  }

  private settle(had: Had, block: bigint): void {
    const settled = had.blocks.filter((each) => each <= block).length
    if (settled > had.repeated) throw new Error(`${settled - had.repeated} entries were not sealed`)
    had.settled = Math.max(had.settled, settled)
  }

  private sendsAgain(had: Had): void {
    had.repeated = had.settled
  }

  private of(key: number): Had {
    const had = this.had.get(key) ?? { hexes: [], blocks: [], settled: 0, repeated: 0 }
    this.had.set(key, had)
    return had
  }
}
