import {
  allowListOf,
  confirm,
  type DemandCurve,
  type L2Client,
  setAllowList,
  setAttester,
  setDemandCurve,
  setFlatFee,
  setGate,
} from '@parley/client'
import { type ContractName, contractOf, readDeployment } from '@parley/infra'
import { type Address, type Hash, zeroAddress } from 'viem'
import { addressArgument, amountArgument } from '../action/arguments.ts'
import { tell, tellTransaction } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

/** How a gate of this version is set for an inbox, by its name on the command line. */
interface Kind {
  readonly contract: ContractName
  /** What the settings are, for people. */
  readonly settings: string
  readonly set: (client: L2Client, gate: Address, settings: readonly string[]) => readonly (() => Promise<Hash>)[]
}

const kinds: Readonly<Record<string, Kind>> = {
  flat: {
    contract: 'FlatFeeGate',
    settings: 'WEI',
    set: (client, gate, [fee]) => [() => setFlatFee(client, { gate, fee: amountArgument('fee', fee) })],
  },
  demand: {
    contract: 'DemandGate',
    settings: '[MIN_WEI MAX_WEI TARGET PERIOD_SECONDS FRACTION]',
    set: (client, gate, settings) => [() => setDemandCurve(client, { gate, curve: curveOf(settings) })],
  },
  'allow-list': {
    contract: 'AllowListGate',
    settings: 'SENDER…',
    set: (client, gate, senders) => [() => setAllowList(client, { gate, root: listOf(senders).root })],
  },
  attestation: {
    contract: 'AttestationGate',
    settings: 'ATTESTER…',
    set: (client, gate, attesters) =>
      attesters.map((attester) => () => {
        const trusting = { gate, attester: addressArgument('attester', attester), trusted: true }
        return setAttester(client, trusting)
      }),
  },
}

/** No settings stand for the common curve. */
function curveOf(settings: readonly string[]): DemandCurve | undefined {
  if (settings.length === 0) return undefined
  const [minFee, maxFee] = [amountArgument('minimum', settings[0]), amountArgument('maximum', settings[1])]
  const [target, period, fraction] = ['target', 'period', 'fraction'].map((name, i) =>
    Number(amountArgument(name, settings[i + 2])),
  ) as [number, number, number]
  return { minFee, maxFee, target, period, fraction }
}

const listOf = (senders: readonly string[]) => allowListOf(senders.map((sender) => addressArgument('sender', sender)))

/** Sets the gate of an inbox: the default one, one at an address, or one of the deployment with its settings. */
export async function chooseGate(context: Context, [given, ...settings]: readonly string[]): Promise<number> {
  const client = openL2Client(context)
  const inbox = needed(context.config, 'l2.publicInbox')
  const kind = kinds[given as string]
  if (kind === undefined) {
    const gate = given === 'default' ? zeroAddress : gateArgument(given)
    return tellTransaction(context, client, setGate(client, { inbox, gate }))
  }
  const gate = await gateOf(context, kind)
  for (const send of kind.set(client, gate, settings)) await confirm(client, { hash: await send() })
  return tellTransaction(context, client, setGate(client, { inbox, gate }), { gate })
}

function gateArgument(given: string | undefined): Address {
  try {
    return addressArgument('gate', given)
  } catch (cause) {
    const named = Object.entries(kinds).map(([name, { settings }]) => `${name} ${settings}`)
    const reason = `must be default, an address, ${named.join(', ')}`
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'gate', reason }, { cause })
  }
}

async function gateOf({ config }: Context, { contract }: Kind): Promise<Address> {
  const path = needed(config, 'deploy.out')
  const record = await readDeployment(path)
  if (record !== undefined) return contractOf(record, contract).address
  throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--deployment', reason: `${path} does not exist` })
}

/** Prints what a sender on an allow list sends along. */
export async function proveAllowed(context: Context, [sender, ...senders]: readonly string[]): Promise<number> {
  const { root, dataOf } = listOf(senders)
  return tell(context, { root, gateData: dataOf(addressArgument('sender', sender)) })
}
