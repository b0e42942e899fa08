import { inboxAbi } from '@parley/contracts'
import { recordedQueueAbi } from '@parley/contracts/recorded-queue'
import { proofsEverywhere } from '@parley/lab/forger'
import { portableVerifier, type SegmentPlace } from '@parley/protocol'
import { keyHint, type Proof, ProofKind, writeMessageProof, writeSignatureProof } from '@parley/protocol/fraud'
import type { Abi, AbiParameter } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Evm, startEvm } from '../src/fraud/evm.ts'
import { fuzzProofs } from '../src/fraud/proofs/proofs.ts'
import { caseOf, firstFault, rightScene, type Scene, sourcesOf, treesOf } from '../src/fraud/scene.ts'
import { fuzzTransition } from '../src/fraud/transition/transition.ts'
import { config, digestOf, member, owner } from '../src/vectors/people.ts'

/** The 32 messages that the second block begins with. */
const full: SegmentPlace = { block: 1, run: 0, segment: 0 }

const messageProof = (scene: Scene, place: SegmentPlace): Proof => {
  const sources = sourcesOf(scene)
  const bytes = writeMessageProof(treesOf(scene), place, sources.shardBefore(place), sources)
  return { kind: ProofKind.messages, bytes }
}
const signatureProof = (scene: Scene, place: SegmentPlace, entry: number): Proof => {
  const bytes = writeSignatureProof(treesOf(scene), place, entry, sourcesOf(scene).shardBefore(place))
  return { kind: ProofKind.signature, bytes }
}

const segmentAt = ({ core }: Scene, place: SegmentPlace) => core[place.block]!.runs[place.run]!.segments[place.segment]!
const messagesAt = (scene: Scene, place: SegmentPlace) => {
  const { body } = segmentAt(scene, place)
  if (body.selector !== 0) throw new Error('no messages here')
  return body.value
}

let evm: Evm
beforeAll(async () => {
  evm = await startEvm()
})
afterAll(() => evm.stop())

const checkMessages = (scene: Scene, place: SegmentPlace) => evm.check(caseOf(scene), messageProof(scene, place))

describe('message proof', () => {
  test('message proof › nothing is shown against a right segment', async () => {
    expect(messagesAt(rightScene(), full)).toHaveLength(32)
    for (const place of [full, { ...full, segment: 1 }, { ...full, segment: 3 }])
      expect(await checkMessages(rightScene(), place)).toBe('Proof_NothingWrong')
  })

  test('message proof › a wrong root is shown', async () => {
    const scene = rightScene()
    segmentAt(scene, full).postRoot[5]! ^= 1
    expect(await checkMessages(scene, full)).toBe('wrong')
  })

  test('message proof › an invalid message is shown, wherever it stands', async () => {
    for (const [entry, spoilt] of [
      [0, { conversation: 1 }],
      [31, { conversation: 2 ** 32 - 1 }],
      [17, { member: 3 }],
      [5, { member: 65_535 }],
    ] as const) {
      const scene = rightScene()
      Object.assign(messagesAt(scene, full)[entry]!, spoilt)
      expect(await checkMessages(scene, full)).toBe('wrong')
    }
  })

  test('message proof › a flipped bit is refused or leaves the verdict, another length is refused', async () => {
    const place = { ...full, segment: 3 }
    const wrong = rightScene()
    segmentAt(wrong, place).postRoot[31]! ^= 128
    for (const scene of [rightScene(), wrong]) {
      const { kind, bytes: proof } = messageProof(scene, place)
      const tried = (bytes: Uint8Array) => evm.check(caseOf(scene), { kind, bytes })
      const right = await tried(proof)
      for (let bit = 3; bit < 8 * proof.length; bit += 211) {
        const flipped = proof.with(bit >> 3, proof[bit >> 3]! ^ (1 << (bit & 7)))
        const verdict = await tried(flipped)
        if (verdict === 'wrong') expect(right).toBe('wrong')
      }
      for (const length of [0, 1, proof.length - 1])
        expect(await tried(proof.subarray(0, length))).toBe('Proof_TooShort')
      expect(await tried(new Uint8Array([...proof, 0]))).toBe('Proof_LeftOver')
    }
  })
})

/** Places of all segments that bring signatures, with how many. */
const signedPlaces = ({ witness }: Scene): { place: SegmentPlace; signatures: number }[] =>
  witness.flatMap((runs, block) =>
    runs.flatMap((segments, run) =>
      segments.map(({ length }, segment) => ({ place: { block, run, segment }, signatures: length })),
    ),
  )

const checkSignature = (scene: Scene, place: SegmentPlace, entry: number) =>
  evm.check(caseOf(scene), signatureProof(scene, place, entry))

describe('signature proof', () => {
  test('signature proof › every signature of a right batch holds', async () => {
    const scene = rightScene()
    for (const { place, signatures } of signedPlaces(scene))
      for (let entry = 0; entry < signatures; entry += signatures > 30 ? 13 : 1)
        expect(await checkSignature(scene, place, entry), JSON.stringify({ place, entry })).toBe('Proof_NothingWrong')
  })

  test('signature proof › one that does not hold is shown, whatever it is of', async () => {
    for (const { place, signatures } of signedPlaces(rightScene()))
      for (let entry = 0; entry < signatures; entry += signatures > 30 ? 17 : 1) {
        const scene = rightScene()
        scene.witness[place.block]![place.run]![place.segment]![entry]![40]! ^= 1
        expect(await checkSignature(scene, place, entry), JSON.stringify({ place, entry })).toBe('wrong')
      }
  })
})

describe('proofs', () => {
  test('proofs › none shows anything against a right batch, wherever it is tried', async () => {
    const scene = rightScene()
    const queue = await evm.recordQueue(scene.queue, config.genesis.prices)
    const proofCase = caseOf(scene, queue)
    expect(firstFault(scene)).toBeUndefined()
    let tried = 0
    for (const proof of proofsEverywhere(scene, treesOf(scene), sourcesOf(scene))) {
      expect(await evm.check(proofCase, proof), JSON.stringify(proof)).not.toBe('wrong')
      tried += 1
    }
    expect(tried).toBeGreaterThan(200)
  })

  test('proofs › the first of one to five faults is shown, and not against the right batch', async () => {
    const { failures, shown } = await fuzzProofs(60, 3, 2, evm)
    expect(failures).toEqual([])
    expect(Object.keys(shown).length).toBeGreaterThan(8)
  })
})

describe('verifiers', () => {
  test('verifiers › no amount of gas makes a right batch wrong', async () => {
    const scene = rightScene()
    const place = { ...full, segment: 2 }
    const proof = signatureProof(scene, place, 0)
    const proofCase = caseOf(scene)
    expect(await evm.check(proofCase, proof)).toBe('Proof_NothingWrong')
    const needed = await evm.gasOf(proofCase, proof)
    for (let gas = needed / 2n; gas < needed + 20_000n; gas += 4_711n)
      expect(await evm.checkWithin(gas, proofCase, proof), `${gas}`).toBe(false)
  })

  test('verifiers › the inbox answers what they ask', () => {
    const questions = recordedQueueAbi.flatMap((part) =>
      part.type === 'function' && part.name !== 'record' ? [part] : [],
    )
    const types = (parts: readonly AbiParameter[]) => parts.map(({ type }) => type)
    const shape = (abi: Abi) =>
      questions.map(({ name }) => {
        const found = abi.find((part) => part.type === 'function' && part.name === name)
        return found?.type === 'function' ? [name, types(found.inputs), types(found.outputs)] : name
      })
    expect(shape(inboxAbi as Abi)).toEqual(shape(recordedQueueAbi as Abi))
  })
})

describe('signatures', () => {
  const field = 2n ** 256n - 2n ** 32n - 977n
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const word = (value: bigint): Uint8Array => new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
  const digest = digestOf('a digest')

  /** A good signature and what can be wrong with its scalars. */
  function scalars(signature: Uint8Array): Uint8Array[] {
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`)
    const join = (r: Uint8Array, rest: Uint8Array) => new Uint8Array([...r, ...rest])
    const [first, second] = [signature.subarray(0, 32), signature.subarray(32)]
    const wrong = [0n, order, order + 1n, 2n ** 256n - 1n].map(word)
    return [
      signature,
      join(first, word(order - s)),
      ...wrong.flatMap((scalar) => [join(scalar, second), join(first, scalar)]),
    ]
  }

  test('signatures › contract and verifier agree on members', async () => {
    const signer = member('somebody')
    const off = Array.from({ length: 12 }, (_, i) => digestOf(`x ${i}`))
    for (const key of [signer.name, ...off, word(0n), word(field), word(field - 1n), word(2n ** 256n - 1n)])
      for (const signature of key === signer.name ? scalars(signer.sign(digest)) : [signer.sign(digest)])
        expect(await evm.holdsForMember(key, keyHint(key), digest, signature)).toBe(
          portableVerifier.verifyMember(key, digest, signature),
        )
  })

  test('signatures › contract and verifier agree on owners', async () => {
    const signer = owner('somebody')
    for (const name of [signer.name, owner('another').name, new Uint8Array(20)])
      for (const signature of scalars(signer.sign(digest)))
        expect(await evm.holdsForOwner(name, digest, signature)).toBe(
          portableVerifier.verifyOwner(name, digest, signature),
        )
  })

  test('signatures › a hint that shows nothing is refused', async () => {
    const signer = member('somebody')
    const verdict = evm.holdsForMember(signer.name, word(5n), digest, signer.sign(digest))
    await expect(verdict).rejects.toThrow('Proof_WrongHint')
  })
})

describe('transition', () => {
  test('transition › reference, writer, Solidity and lanes agree on verdict and root', async () => {
    const { failures, valid, refused } = await fuzzTransition(250, 7, evm)
    expect(failures).toEqual([])
    expect(valid).toBeGreaterThan(40)
    expect(Object.keys(refused).length).toBeGreaterThan(12)
  })
})
