import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Chain } from '../../src/celestia-double/chain/chain.ts'
import { type CometHeader, headerHash, voteBytes } from '../../src/celestia-double/chain/comet-header.ts'
import { validatorsHash } from '../../src/celestia-double/chain/validators.ts'

const recorded = JSON.parse(readFileSync(new URL('../vectors/celestia-headers.json', import.meta.url), 'utf8'))
const fromHex = (text: string): Uint8Array => Buffer.from(text, 'hex')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase()

/** Seconds and nanoseconds of a time in RFC 3339. */
function timeOf(text: string) {
  const nanos = Number((/\.(\d+)Z$/.exec(text)?.[1] ?? '0').padEnd(9, '0'))
  return { seconds: BigInt(Math.floor(Date.parse(text) / 1000)), nanos }
}

const nameOf = ({ hash, parts }: { hash: string; parts: { total: number; hash: string } }) => {
  return { hash: fromHex(hash), parts: { total: parts.total, hash: fromHex(parts.hash) } }
}

function spkiOf(key: Uint8Array) {
  return createPublicKey({
    key: Buffer.concat([fromHex('302a300506032b6570032100'), key]),
    format: 'der',
    type: 'spki',
  })
}

const { header: h, commit, validator_set: set } = recorded.headers[0]
const header: CometHeader = {
  version: { block: BigInt(h.version.block), app: BigInt(h.version.app) },
  chainId: h.chain_id,
  height: BigInt(h.height),
  time: timeOf(h.time),
  lastBlock: nameOf(h.last_block_id),
  lastCommitHash: fromHex(h.last_commit_hash),
  dataHash: fromHex(h.data_hash),
  validatorsHash: fromHex(h.validators_hash),
  nextValidatorsHash: fromHex(h.next_validators_hash),
  consensusHash: fromHex(h.consensus_hash),
  appHash: fromHex(h.app_hash),
  lastResultsHash: fromHex(h.last_results_hash),
  evidenceHash: fromHex(h.evidence_hash),
  proposer: fromHex(h.proposer_address),
}

describe('CometBFT headers', () => {
  test('a recorded header › has the hash that its commit names, and with one field changed another', () => {
    expect(hex(headerHash(header))).toBe(commit.block_id.hash)
    expect(hex(headerHash({ ...header, height: 28n }))).not.toBe(commit.block_id.hash)
  })

  test('recorded validators › have the hash that the header names', () => {
    const validators = (set.validators as { pub_key: { value: string }; voting_power: string }[]).map((each) => {
      return { publicKey: Buffer.from(each.pub_key.value, 'base64'), power: BigInt(each.voting_power) }
    })
    expect(hex(validatorsHash(validators))).toBe(h.validators_hash)
  })

  test('a recorded signature › holds for the vote as it is encoded here', () => {
    const [{ timestamp, signature }] = commit.signatures
    const key = spkiOf(Buffer.from(set.validators[0].pub_key.value, 'base64'))
    const vote = voteBytes(h.chain_id, header.height, nameOf(commit.block_id), timeOf(timestamp))
    expect(verify(null, vote, key, Buffer.from(signature, 'base64'))).toBe(true)
    const other = voteBytes('other', header.height, nameOf(commit.block_id), timeOf(timestamp))
    expect(verify(null, other, key, Buffer.from(signature, 'base64'))).toBe(false)
  })

  test('the double’s blocks › follow one another, each signed by all validators', () => {
    const chain = new Chain({ chainId: 'parley-double', now: () => 1_800_000_000_000, keepBlocks: 3 })
    for (let i = 0; i < 4; i++) {
      const block = chain.produce()
      const before = chain.block(block.header.height - 1n)!
      expect(hex(block.header.lastBlock.hash)).toBe(hex(headerHash(before.header)))
      for (const [i, { signature, time }] of block.commit.entries()) {
        const vote = voteBytes('parley-double', block.header.height, block.name, time)
        expect(verify(null, vote, spkiOf(chain.validators[i]!.publicKey), signature)).toBe(true)
      }
    }
    expect([chain.tail, chain.head]).toEqual([3n, 5n])
    expect(chain.block(2n)).toBeUndefined()
  })
})
