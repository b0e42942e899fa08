import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import { createPublicClient, createWalletClient, http, parseAbi, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAnvil } from '../src/devnet/anvil.ts'
import { type Devnet, devnetDefaults, startDevnet } from '../src/devnet/devnet.ts'
import { gasPriceOracleAddress, l1BlockAddress } from '../src/devnet/predeploys.ts'
import { deriveRoles, devMnemonic } from '../src/devnet/roles.ts'
import { until } from './support/until.ts'

const deps = { clock: systemClock, log: pino({ level: 'silent' }) }
const signal = new AbortController().signal
const hex = (bytes: Uint8Array): `0x${string}` => `0x${Buffer.from(bytes).toString('hex')}`

describe('devnet', () => {
  let devnet: Devnet
  beforeAll(async () => {
    devnet = await startDevnet(deps, { ...devnetDefaults, l1AttributesEveryMs: 500 }, signal)
  })
  afterAll(() => devnet?.stop())

  test('devnet › the L2 charges the L1 data fee that its oracle tells', async () => {
    const l2 = createPublicClient({ transport: http(devnet.l2.url) })
    const [from] = devnet.roles.users
    const account = privateKeyToAccount(hex(from!.secret))
    const wallet = createWalletClient({ account, transport: http(devnet.l2.url) })
    const before = await l2.getBalance(account)
    const request = await wallet.prepareTransactionRequest({ chain: null, to: account.address, data: '0x1234' })
    const signed = await wallet.signTransaction(request as never)
    const hash = await l2.sendRawTransaction({ serializedTransaction: signed })
    const receipt = await l2.waitForTransactionReceipt({ hash, pollingInterval: 50 })
    const paid = before - (await l2.getBalance(account)) - receipt.gasUsed * receipt.effectiveGasPrice
    const told = await l2.readContract({
      address: gasPriceOracleAddress,
      abi: parseAbi(['function getL1Fee(bytes) view returns (uint256)']),
      functionName: 'getL1Fee',
      args: [signed],
      blockNumber: receipt.blockNumber - 1n,
    })
    expect(paid).toBeGreaterThan(0n)
    // The oracle takes an unsigned transaction and adds 68 bytes; short ones are priced at a floor of 100 bytes anyway.
    expect(Number(paid)).toBeGreaterThan(Number(told) / 2)
    expect(Number(paid)).toBeLessThan(Number(told) * 2)
  })

  test('devnet › the L2 learns of new L1 blocks', async () => {
    const l2 = createPublicClient({ transport: http(devnet.l2.url) })
    const abi = parseAbi(['function number() view returns (uint64)'])
    const read = () => l2.readContract({ address: l1BlockAddress, abi, functionName: 'number' })
    const first = await read()
    await until(async () => (await read()) > first)
  })

  test('devnet › safe and finalized follow the head', async () => {
    const l2 = createPublicClient({ transport: http(devnet.l2.url), cacheTime: 0 })
    const head = await l2.getBlockNumber()
    await until(async () => (await l2.getBlock({ blockTag: 'safe' })).number >= head)
    await until(async () => (await l2.getBlock({ blockTag: 'finalized' })).number >= head)
  })

  test('devnet › the L1 answers the beacon API on its own port', async () => {
    const genesis = await fetch(`${devnet.l1.url}/eth/v1/beacon/genesis`)
    expect(genesis.status).toBe(200)
    const blobs = await fetch(`${devnet.l1.url}/eth/v1/beacon/blobs/0`)
    expect(blobs.status).toBe(200)
  })

  test('devnet › every role is funded on both chains', async () => {
    const { users, gateways, ...named } = devnet.roles
    for (const url of [devnet.l1.url, devnet.l2.url]) {
      const client = createPublicClient({ transport: http(url) })
      for (const { address } of [...Object.values(named), ...gateways, ...users])
        expect(await client.getBalance({ address })).toBeGreaterThan(parseEther('9000'))
    }
  })

  test('devnet › the L1 takes no transaction above 2^24 gas', async () => {
    const account = privateKeyToAccount(hex(devnet.roles.users[1]!.secret))
    const wallet = createWalletClient({ account, transport: http(devnet.l1.url) })
    const request = { chain: null, to: account.address, gas: 2n ** 24n + 1n }
    await expect(wallet.sendTransaction(request)).rejects.toMatchObject({ details: expect.stringContaining('cap') })
  })

  test('devnet › stop ends both chains and can be called again', async () => {
    await Promise.all([devnet.stop(), devnet.stop()])
    await devnet.stop()
    expect(existsSync(`/proc/${devnet.l1.pid}`)).toBe(false)
    expect(existsSync(`/proc/${devnet.l2.pid}`)).toBe(false)
    expect((await devnet.exited).exit.stopped).toBe(true)
  })
})

test('devnet › both chains end when their starter is killed with SIGKILL', async () => {
  const starter = spawn(process.execPath, [fileURLToPath(new URL('support/devnet-starter.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(starter.stdout, 'data')
  const pids = String(line).trim().split(' ')
  expect(pids.map((pid) => existsSync(`/proc/${pid}`))).toEqual([true, true])
  starter.kill('SIGKILL')
  await once(starter, 'exit')
  await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)))
})

describe('anvil', () => {
  const options = {
    family: 'ethereum',
    chainId: 900,
    hardfork: 'osaka',
    mining: { kind: 'automine' },
    mnemonic: devMnemonic,
    accounts: 1,
    safeAfterBlocks: 1,
    gasLimit: 30_000_000n,
    readyWithinMs: 20_000,
  } as const

  test('anvil › a chain goes on from its state file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'parley-anvil-'))
    const stateFile = join(directory, 'state.json')
    try {
      const first = await startAnvil(deps, { ...options, stateFile }, signal)
      const { deployer } = deriveRoles(devMnemonic, 0)
      const account = privateKeyToAccount(hex(deployer.secret))
      const wallet = createWalletClient({ account, transport: http(first.url) })
      const hash = await wallet.sendTransaction({ chain: null, to: account.address })
      // Its hash is told before it is in a block, and only blocks are saved.
      const mined = createPublicClient({ transport: http(first.url) })
      await mined.waitForTransactionReceipt({ hash, pollingInterval: 20 })
      await first.stop()
      const second = await startAnvil(deps, { ...options, stateFile }, signal)
      try {
        const client = createPublicClient({ transport: http(second.url) })
        expect(await client.getTransactionCount(account)).toBe(1)
        expect((await client.getTransactionReceipt({ hash })).status).toBe('success')
      } finally {
        await second.stop()
      }
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test('anvil › one that cannot start says why', async () => {
    await expect(startAnvil(deps, { ...options, hardfork: 'none' }, signal)).rejects.toMatchObject({
      fault: { code: 'PROCESS_EXITED', lastLines: expect.arrayContaining([expect.stringContaining('none')]) },
    })
  })

  test('anvil › one that is not ready in time is ended', async () => {
    await expect(startAnvil(deps, { ...options, readyWithinMs: 0 }, signal)).rejects.toMatchObject({
      fault: { code: 'PROCESS_NOT_READY', waitedMs: 0 },
    })
  })
})

describe('roles', () => {
  test('roles › the well-known phrase gives the well-known accounts', () => {
    expect(deriveRoles(devMnemonic, 1).deployer.address).toBe('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
    expect(deriveRoles(devMnemonic, 1).users[0]?.index).toBe(10)
  })

  test('roles › more than 1,000 users are refused', () => {
    expect(() => deriveRoles(devMnemonic, 1001)).toThrow('OPTION_INVALID')
  })
})
