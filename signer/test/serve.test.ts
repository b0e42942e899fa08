import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  domainSeparator,
  firstSchedule,
  headerDigest,
  millis,
  portableVerifier,
  type SettlementPage,
} from '@parley/protocol'
import { firstOf, Pulse, systemClock } from '@parley/runtime'
import pino from 'pino'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSignerClient } from '../src/client/index.ts'
import { beginRecord, type SignerOptions, type SignerPlace, startSigner } from '../src/index.ts'
import { certificates } from './certificates.ts'
import { bytes32, config, headerAt, key, memory, owner } from './support.ts'

const forever = new AbortController().signal
const fees = { minPrice: 1n, target: 1n, fraction: 1n }
const chain = {
  ...config,
  fees,
  forceDelayMs: 0n,
  genesis: { timestamp: 0n, prices: { execution: 1n, data: 1n } as never, lineage: bytes32(1) },
}

/** An L2 that tells what a test puts there. */
class L2 {
  claimed = { lineage: bytes32(1), number: 0n }
  private readonly pages: SettlementPage[] = []
  private readonly moved = new Pulse()

  tell(...events: SettlementPage['events']): void {
    const blockNumber = BigInt(this.pages.length + 1)
    const cursor = { blockNumber, blockHash: bytes32(Number(blockNumber)) }
    this.pages.push({ events, cursor, time: millis(0n), caughtUp: true })
    this.moved.beat()
  }

  readonly settlement = {
    head: async () => ({
      number: 0n,
      hash: bytes32(0),
      rescued: false,
      lastHeader: { ...headerAt(1, this.claimed.number), lineage: this.claimed.lineage },
    }),
    schedule: async () => firstSchedule(key.address, fees),
    follow: (_: unknown, __: unknown, signal: AbortSignal) => this.follow(signal),
  }

  private async *follow(signal: AbortSignal): AsyncGenerator<SettlementPage> {
    for (let at = 0; ; ) {
      const moved = this.moved.next()
      while (at < this.pages.length) yield this.pages[at++] as SettlementPage
      await firstOf([moved], signal)
    }
  }
}

const ends: (() => Promise<void>)[] = []
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-signer-'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await rm(directory, { recursive: true })
})

async function started(l2: L2, options: Partial<SignerOptions> = {}, store = memory()) {
  await beginRecord({ store, owner, settlement: l2.settlement as never }, [], forever)
  const place: SignerPlace = options.place ?? { kind: 'socket', path: join(directory, 'signer.sock') }
  const deps = {
    config: chain as never,
    key,
    store,
    settlement: l2.settlement as never,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    registry: new Registry(),
  }
  const signer = await startSigner(deps, { ...options, place, health: { host: '127.0.0.1', port: 0 } }, forever)
  ends.push(() => signer.stop())
  return signer
}

const ownClient = (at: string) => createSignerClient({ kind: 'socket', path: at })
const asked = (header: ReturnType<typeof headerAt>) => ({ ...config, header })

test('serving › a header is signed as the L2 checks it, and no other one of its place', async () => {
  const l2 = new L2()
  const { at } = await started(l2)
  const client = ownClient(at)
  expect(await client.address(forever)).toEqual({ address: key.address, ...config })
  expect(await client.latest(forever)).toBeUndefined()
  const header = headerAt(1, 1n)
  const signature = await client.sign(asked(header), forever)
  const digest = headerDigest(domainSeparator(config.chainId, config.inbox), header)
  expect(portableVerifier.verifyOwner(key.address, digest, signature.subarray(0, 64))).toBe(true)
  expect(await client.sign(asked(header), forever)).toEqual(signature)
  expect(await client.latest(forever)).toMatchObject({ number: 1n })
  const second = client.sign(asked(headerAt(1, 1n, 5)), forever)
  await expect(second).rejects.toMatchObject({ fault: { code: 'SECOND_HEADER', number: 1n } })
  await client.sign(asked(headerAt(1, 3n)), forever)
  await expect(client.sign(asked(headerAt(1, 2n)), forever)).rejects.toThrow('NUMBER_PASSED')
  await expect(client.sign({ ...asked(headerAt(1, 4n)), chainId: 8n }, forever)).rejects.toThrow('CHAIN_OTHER')
})

test('serving › a lineage is taken once the L2 has told of it, and asked for again until then', async () => {
  const l2 = new L2()
  const { at } = await started(l2)
  const client = ownClient(at)
  const early = client.sign(asked(headerAt(2, 1n)), forever)
  await expect(early).rejects.toMatchObject({ meaning: { retry: 'later' } })
  const place = { blockNumber: 1n, blockHash: bytes32(1) }
  l2.tell({ kind: 'removal', at: place, standing: 0n, lineage: bytes32(2) })
  await expect.poll(() => client.sign(asked(headerAt(2, 1n)), forever).catch(() => undefined)).toHaveLength(65)
})

test('serving › the document in docs/api is the one that is served', async () => {
  const { ca, signerKey, signerCert, sequencerKey, sequencerCert } = certificates
  const tls = { key: signerKey, cert: signerCert, ca }
  const { at } = await started(new L2(), { place: { kind: 'tls', host: '127.0.0.1', port: 0, tls } })
  const text = await new Promise<string>((resolve, reject) => {
    const options = { key: sequencerKey, cert: sequencerCert, ca, agent: false }
    get(`${at}/openapi.json`, options, (answer) => {
      answer.setEncoding('utf8')
      answer.toArray().then((parts) => resolve(parts.join('')), reject)
    }).once('error', reject)
  })
  await expect(`${JSON.stringify(JSON.parse(text), null, 2)}\n`).toMatchFileSnapshot('../../docs/api/signer.json')
})

test('serving › rules bound the lineage and the rate', async () => {
  const l2 = new L2()
  const { at } = await started(l2, { rules: { lineage: bytes32(1), perSecond: 1, burst: 2 } })
  const client = ownClient(at)
  await expect(client.sign(asked(headerAt(2, 1n)), forever)).rejects.toThrow('LINEAGE_FORBIDDEN')
  await client.sign(asked(headerAt(1, 1n)), forever)
  await client.sign(asked(headerAt(1, 2n)), forever)
  const third = client.sign(asked(headerAt(1, 3n)), forever)
  await expect(third).rejects.toMatchObject({ meaning: { retry: 'later' } })
})

test('serving › only its owner and the group may write to the socket; one left by a kill is replaced, one in use is not', async () => {
  const l2 = new L2()
  const path = join(directory, 'signer.sock')
  const { at } = await started(l2)
  expect((await stat(path)).mode & 0o777).toBe(0o660)
  await expect(started(l2)).rejects.toThrow('EADDRINUSE')
  await writeFile(join(directory, 'file.sock'), 'no socket')
  await expect(started(l2, { place: { kind: 'socket', path: join(directory, 'file.sock') } })).rejects.toThrow(
    'EADDRINUSE',
  )
  expect(await ownClient(at).address(forever)).toMatchObject({ chainId: config.chainId })
})

test('serving › by TLS nobody without a certificate is answered, and health is served apart', async () => {
  const l2 = new L2()
  l2.tell()
  const { ca, signerKey, signerCert, sequencerKey, sequencerCert, strangerKey, strangerCert } = certificates
  const tls = { key: signerKey, cert: signerCert, ca }
  const { at, healthUrl } = await started(l2, { place: { kind: 'tls', host: '127.0.0.1', port: 0, tls } })
  const url = at
  const known = createSignerClient({ kind: 'tls', url, tls: { key: sequencerKey, cert: sequencerCert, ca } })
  expect(await known.sign(asked(headerAt(1, 1n)), forever)).toHaveLength(65)
  const stranger = createSignerClient({ kind: 'tls', url, tls: { key: strangerKey, cert: strangerCert, ca } })
  await expect(stranger.address(forever)).rejects.toThrow('SIGNER_UNREACHABLE')
  await expect(fetch(at.replace('https', 'http'))).rejects.toThrow()
  // The signer is asked only for what its certificate says it is.
  const ownCa = { key: sequencerKey, cert: sequencerCert, ca: strangerCert }
  const deceived = createSignerClient({ kind: 'tls', url, tls: ownCa })
  await expect(deceived.address(forever)).rejects.toThrow('SIGNER_UNREACHABLE')
  await expect.poll(async () => (await fetch(`${healthUrl}/readyz`)).status).toBe(200)
  expect(await (await fetch(`${healthUrl}/metrics`)).text()).toContain('parley_signer_signed_total 1')
  expect((await fetch(`${healthUrl}/v1/address`)).status).toBe(404)
})

test('serving › a record that is missing, older than a claim or of another key does not start', async () => {
  const l2 = new L2()
  const deps = { config: chain as never, key, settlement: l2.settlement as never, clock: systemClock }
  const place: SignerPlace = { kind: 'socket', path: join(directory, 'other.sock') }
  const start = (store: ReturnType<typeof memory>, over: object = {}) =>
    startSigner(
      { ...deps, store, log: pino({ level: 'silent' }), registry: new Registry(), ...over },
      { place, health: { host: '127.0.0.1', port: 0 } },
      forever,
    )
  await expect(start(memory())).rejects.toThrow('RECORD_MISSING')
  const store = memory()
  await beginRecord(
    { store, owner, settlement: l2.settlement as never },
    [{ lineage: bytes32(1), number: 5n }],
    forever,
  )
  l2.claimed = { lineage: bytes32(1), number: 6n }
  await expect(start(store)).rejects.toMatchObject({ fault: { code: 'RECORD_BEHIND', recorded: 5n, claimed: 6n } })
  const low = beginRecord(
    { store, owner, settlement: l2.settlement as never },
    [{ lineage: bytes32(1), number: 5n }],
    forever,
  )
  await expect(low).rejects.toThrow('RECORD_BEHIND')
  l2.claimed = { lineage: bytes32(1), number: 5n }
  const other = { address: new Uint8Array(20).fill(9), sign: key.sign }
  await expect(start(store, { key: other })).rejects.toThrow('RECORD_OTHER')
})
