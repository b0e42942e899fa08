import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { extend } from '../../src/celestia-double/square/extended-square.ts'
import { layOut } from '../../src/celestia-double/square/square.ts'

interface DataRoot {
  readonly name: string
  readonly txs?: readonly string[]
  readonly share?: string
  readonly ods_width?: number
  readonly data_root_hex: string
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../da-adapters/test/vectors/celestia.json', import.meta.url), 'utf8'),
) as { data_roots: readonly DataRoot[] }
const base64 = (text: string): Uint8Array => Buffer.from(text, 'base64')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const named = (name: string): DataRoot => vectors.data_roots.find((each) => each.name.startsWith(name)) as DataRoot

describe('square', () => {
  test('a block of mainnet › has the data root that the network agreed on', () => {
    const block = named('mainnet_block_10126899')
    const transactions = block.txs!.map(base64)
    const square = layOut(transactions)
    expect(square.width).toBe(block.ods_width)
    expect(hex(extend(square).dataRoot)).toBe(block.data_root_hex)
    const last = Uint8Array.from(transactions.at(-1)!)
    last[200]! ^= 1
    expect(hex(extend(layOut([...transactions.slice(0, -1), last])).dataRoot)).not.toBe(block.data_root_hex)
  })

  test('no transactions › the empty square', () => {
    expect(hex(extend(layOut([])).dataRoot)).toBe(named('empty square').data_root_hex)
  })

  test('one share › is the block that others verify on an EVM', () => {
    const { share, data_root_hex: root } = named('DAVerifier.t.sol')
    expect(hex(extend({ width: 1, shares: [base64(share!)], blobs: [] }).dataRoot)).toBe(root)
  })
})
