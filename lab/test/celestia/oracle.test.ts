import { readFileSync } from 'node:fs'
import { blobCommitment, userNamespace } from '@parley/da-adapters/celestia'
import { beforeAll, describe, expect, test } from 'vitest'
import { Chain } from '../../src/celestia-double/chain/chain.ts'
import { payForBlobs } from '../../src/celestia-double/chain/payment.ts'
import { encodeBlock } from '../../src/celestia-double/rpc/encoding.ts'
import { loadOracle, type Oracle } from './oracle.ts'

const { headers: recorded } = JSON.parse(
  readFileSync(new URL('../vectors/celestia-headers.json', import.meta.url), 'utf8'),
) as { headers: readonly [HeaderJson, HeaderJson] }

interface HeaderJson {
  header: { data_hash: string; chain_id: string; height: string }
  commit: { signatures: { signature: string }[] }
  dah: { row_roots: string[] }
}

let oracle: Oracle
beforeAll(async () => {
  oracle = await loadOracle()
})

const id = Buffer.from('rollup-ts0')
const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + length) % 251)

/** Blocks of the double, some with blobs, as its node tells them. */
function blocks(): HeaderJson[] {
  const chain = new Chain({ chainId: 'parley-double', now: () => Date.now(), keepBlocks: 100 })
  const told: HeaderJson[] = []
  for (const lengths of [[], [1], [478, 20_000], [100_000], [], [300_000, 5]]) {
    for (const length of lengths) {
      const blobs = [{ namespace: userNamespace(id), data: bytes(length) }]
      void chain.add(payForBlobs(blobs, { signer: 'celestia1', sequence: 1n, gas: 1, fee: 1n }))
    }
    told.push(encodeBlock(chain.produce(), chain.validators) as HeaderJson)
  }
  return told
}

const validated = async (json: unknown) => (await oracle.header(json)).validate()

describe('what lumina says', () => {
  test('recorded headers › it takes them, and the second after the first', async () => {
    const [first, second] = await Promise.all([oracle.header(recorded[0])]).then(async ([one]) => {
      return [one!, await oracle.header(recorded[1])] as const
    })
    first.validate()
    second.validate()
    first.verify(second)
  })

  test('the double’s headers › each is valid and follows the one before', async () => {
    let previous: Awaited<ReturnType<Oracle['header']>> | undefined
    for (const json of blocks()) {
      const header = await oracle.header(json)
      header.validate()
      previous?.verify(header)
      previous = header
    }
  })

  test('a forged data hash, signature, axis or chain › is refused', async () => {
    const [, , json] = blocks()
    const forged = (change: (header: HeaderJson) => void) => {
      const copy = structuredClone(json!)
      change(copy)
      return validated(copy)
    }
    await expect(forged((one) => (one.header.data_hash = recorded[0].header.data_hash))).rejects.toThrow()
    await expect(forged((one) => (one.header.height = '99'))).rejects.toThrow()
    await expect(forged((one) => (one.header.chain_id = 'celestia'))).rejects.toThrow()
    await expect(forged((one) => (one.dah.row_roots[0] = one.dah.row_roots[1]!))).rejects.toThrow()
    await expect(
      forged((one) => {
        const signature = Buffer.from(one.commit.signatures[0]!.signature, 'base64')
        signature[9]! ^= 1
        for (const each of one.commit.signatures) each.signature = signature.toString('base64')
      }),
    ).rejects.toThrow()
    const other = await oracle.header(recorded[1])
    const own = await oracle.header(json)
    expect(() => own.verify(other)).toThrow()
  })

  test('share commitments › are the same for every number of shares around the edges', () => {
    const namespace = userNamespace(id)
    for (const length of [1, 478, 479, 960, 961, 30_000, 30_848, 250_000, 1_000_000])
      expect(Buffer.from(blobCommitment({ namespace, data: bytes(length) })).toString('hex')).toBe(
        Buffer.from(oracle.commitment(id, bytes(length))).toString('hex'),
      )
  })
})
