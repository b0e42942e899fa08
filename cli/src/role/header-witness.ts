import { nodeRoutes } from '@parley/api'
import type { HeaderWitness, KnownHeader } from '@parley/sequencer'
import { hexToBytes } from 'viem'
import { CliError } from '../faults.ts'
import { readStatus } from '../observe/poll.ts'

const bytes32 = /^0x[0-9a-f]{64}$/

function parse(server: string, answer: Readonly<Record<string, unknown>>): KnownHeader | undefined {
  if (answer.code === 'BLOCK_UNKNOWN') return undefined
  const { header, headerRoot } = answer as { header?: Readonly<Record<string, unknown>>; headerRoot?: unknown }
  const { lineage, number } = header ?? {}
  const wrong = (field: string, reason: string) => new CliError({ code: 'ANSWER_INVALID', server, field, reason })
  if (typeof lineage !== 'string' || !bytes32.test(lineage)) throw wrong('header.lineage', 'is not 32 bytes')
  if (typeof headerRoot !== 'string' || !bytes32.test(headerRoot)) throw wrong('headerRoot', 'is not 32 bytes')
  if (typeof number !== 'string' || !/^\d{1,20}$/.test(number)) throw wrong('header.number', 'is no decimal number')
  return {
    lineage: hexToBytes(lineage as `0x${string}`),
    number: BigInt(number),
    root: hexToBytes(headerRoot as `0x${string}`),
  }
}

/** Asks a node, a relay or the batcher for the last header it knows. */
export function headerWitness(url: string, followsSealed: boolean): HeaderWitness {
  return {
    name: url,
    followsSealed,
    async lastHeader(signal) {
      // Relays and the batcher have the same route.
      return parse(url, await readStatus(url, nodeRoutes.block, { params: { number: 'latest' } }, signal))
    },
  }
}
