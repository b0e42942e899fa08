import { requestFaults } from '@parley/api'
import { batcherFaults } from '@parley/batcher'
import { clientFaults } from '@parley/client'
import { contentFaults } from '@parley/content'
import { daNodeFaults } from '@parley/da-node'
import { executionFaults } from '@parley/execution'
import { explorerFaults } from '@parley/explorer'
import { gatewayFaults } from '@parley/gateway'
import { infraFaults } from '@parley/infra'
import { cliFaults, labFaults } from '@parley/lab/decoders'
import { messagingFaults } from '@parley/messaging'
import { pageFaults } from '@parley/messenger'
import { networkFaults } from '@parley/network'
import { nodeFaults } from '@parley/node'
import { pdsFaults } from '@parley/pds'
import {
  blockFaults,
  blockSourceFaults,
  codecFaults,
  daFaults,
  type FaultMeaning,
  journalFaults,
  refusalNumbers,
  settlementFaults,
  transitionFaults,
} from '@parley/protocol'
import { pushFaults } from '@parley/push'
import { relayFaults } from '@parley/relay'
import { sequencerFaults } from '@parley/sequencer'
import { signerFaults } from '@parley/signer'
import { transactionFaults } from '@parley/transactions'

export interface ErrorTable {
  readonly title: string
  /** The table's name in the source. */
  readonly name: string
  /** What throws it, and where one meets it. */
  readonly about: string
  readonly faults: Readonly<Record<string, FaultMeaning>>
}

/** What stands in for a code where a server gave none. */
export const plainAnswers: ErrorTable = {
  title: 'Plain answers',
  name: 'plainAnswers',
  about: 'What the client says of an answer without a code.',
  faults: {
    UNKNOWN: { blame: 'layer', retry: 'later', text: 'a server answered with a status and no coded fault' },
  },
}

/** The fault tables of all packages, in the order of the page. */
export const errorTables: readonly ErrorTable[] = [
  {
    title: 'Operations and messages',
    name: 'transitionFaults',
    about:
      '`TransitionError` of `protocol`: why the state refuses an operation or message. The number is that of receipts.',
    faults: transitionFaults,
  },
  {
    title: 'Blocks',
    name: 'blockFaults',
    about: '`BlockError` of `protocol`: the first thing wrong with a block, with its place.',
    faults: blockFaults,
  },
  {
    title: 'DA encoding',
    name: 'codecFaults',
    about: '`CodecError` of `protocol`: why bytes are no part of a batch. Such bytes count as absent.',
    faults: codecFaults,
  },
  { title: 'DA layers', name: 'daFaults', about: '`DaError`: all that an adapter throws.', faults: daFaults },
  {
    title: 'Journals',
    name: 'journalFaults',
    about: '`JournalError`: all that a journal throws.',
    faults: journalFaults,
  },
  {
    title: 'Block sources',
    name: 'blockSourceFaults',
    about: '`BlockSourceError`: all that a source of blocks throws by itself.',
    faults: blockSourceFaults,
  },
  {
    title: 'The L2',
    name: 'settlementFaults',
    about: '`SettlementError`: all that reading the L2 and claiming throws.',
    faults: settlementFaults,
  },
  {
    title: 'Sending',
    name: 'transactionFaults',
    about: '`TransactionError` of `transactions`: why a transaction was not sent, or did not do what it should.',
    faults: transactionFaults,
  },
  { title: 'Lanes', name: 'executionFaults', about: '`ExecutionError` of `execution`.', faults: executionFaults },
  {
    title: 'Requests',
    name: 'requestFaults',
    about: '`RequestError` of `api`: what any server may answer an HTTP request with.',
    faults: requestFaults,
  },
  {
    title: 'Sequencer',
    name: 'sequencerFaults',
    about: '`SequencerError` of `sequencer`; the first ones are answers to HTTP requests.',
    faults: sequencerFaults,
  },
  {
    title: 'Signer',
    name: 'signerFaults',
    about: '`SignerError` of `signer`: why a header is not signed, and why the signer does not start.',
    faults: signerFaults,
  },
  {
    title: 'Network',
    name: 'networkFaults',
    about: '`NetworkError` of `network`: why it cannot start; those that begin with `PEER_` are what a peer did.',
    faults: networkFaults,
  },
  {
    title: 'Relay',
    name: 'relayFaults',
    about: '`RelayError` of `relay`; the last one is an answer to HTTP requests.',
    faults: relayFaults,
  },
  { title: 'Batcher', name: 'batcherFaults', about: '`BatcherError` of `batcher`.', faults: batcherFaults },
  {
    title: 'Node',
    name: 'nodeFaults',
    about: '`NodeError` of `node`; some are answers to HTTP requests.',
    faults: nodeFaults,
  },
  {
    title: 'DA node',
    name: 'daNodeFaults',
    about: '`DaNodeError` of `da-node`; the first ones are answers to HTTP requests.',
    faults: daNodeFaults,
  },
  { title: 'Client', name: 'clientFaults', about: '`ClientError` of `client`.', faults: clientFaults },
  {
    title: 'Contents',
    name: 'contentFaults',
    about: '`ContentError` of `content`; the first ones are answers to HTTP requests.',
    faults: contentFaults,
  },
  {
    title: 'Gateway',
    name: 'gatewayFaults',
    about: '`GatewayError` of `gateway`; the first ones are answers to HTTP requests.',
    faults: gatewayFaults,
  },
  {
    title: 'Post-delivery service',
    name: 'pdsFaults',
    about: '`PdsError` of `pds`; the first ones are answers to HTTP requests, the next what its user finds.',
    faults: pdsFaults,
  },
  {
    title: 'Wake-ups',
    name: 'pushFaults',
    about: '`PushError` of `push`; the first ones are answers to HTTP requests, the next what a device finds.',
    faults: pushFaults,
  },
  {
    title: 'Messaging',
    name: 'messagingFaults',
    about: '`MessagingError` of `messaging`: frames, rules and conversations.',
    faults: messagingFaults,
  },
  {
    title: 'Messenger',
    name: 'pageFaults',
    about: '`PageError` of `messenger`: what keeps the page from working.',
    faults: pageFaults,
  },
  {
    title: 'Explorer',
    name: 'explorerFaults',
    about: '`ExplorerError` of `explorer`: what keeps the page from asking anybody.',
    faults: explorerFaults,
  },
  {
    title: 'Deployment',
    name: 'infraFaults',
    about: '`InfraError` of `infra`.',
    faults: infraFaults,
  },
  { title: 'Command line', name: 'cliFaults', about: '`CliError` of `cli`.', faults: cliFaults },
  {
    title: 'Laboratory',
    name: 'labFaults',
    about: '`LabError` of `lab`: its processes, development chains and traces.',
    faults: labFaults,
  },
]

const numbers: Readonly<Record<string, number>> = refusalNumbers

function section({ title, name, about, faults }: ErrorTable): string {
  const numbered = name === 'transitionFaults'
  const rows = Object.entries(faults).map(
    ([code, { blame, retry, text }]) =>
      `| \`${code}\` |${numbered ? ` ${numbers[code]} |` : ''} ${blame} | ${retry} | ${text} |`,
  )
  const head = numbered ? '| code | number | blame | retry | meaning |' : '| code | blame | retry | meaning |'
  const rule = numbered ? '| --- | --- | --- | --- | --- |' : '| --- | --- | --- | --- |'
  return [`## ${title}`, '', about, '', head, rule, ...rows].join('\n')
}

const introduction = `# Errors

Every fault is data: a \`code\` and the fields it names (what was expected, what was received, the bound). Programs read the code, never the message.
\`toJSON()\` gives \`{code, message, blame, retry, …fields}\`, integers beyond 2^53 as decimal text and bytes as hex; HTTP answers and logs carry that.

*Blame* says who must act: \`sender\` whoever sent the input, \`operator\` who runs the process, \`layer\` what lies underneath (a chain, a DA layer, another server), \`defect\` Parley itself.
*Retry* says whether the same request can succeed: \`never\`, \`later\` as it is, \`changed\` once what the fault names was changed.

Made from the tables in the code by \`npm run errors\`; a test keeps it so. Errors of the contracts are in [their interfaces](../contracts/src/interfaces); what an application acts on of them has codes of its own among the client's.`

/** The page `docs/errors.md`. */
export const renderErrors = (): string =>
  `${[introduction, ...[...errorTables, plainAnswers].map(section)].join('\n\n')}\n`
