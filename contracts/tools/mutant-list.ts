import { forContacts } from './mutants-contacts.ts'
import { forEconomics, forGovernance } from './mutants-economics.ts'
import { forInvites } from './mutants-invites.ts'

/** A bug to plant: `find`, which occurs once in `src/<file>`, becomes `replace`. */
export interface Mutant {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  /** Part of the message with which the invariants must fail; without it any test may find the bug. */
  readonly invariant?: string
  /** Folder of the tests that must find it, where that is not the folder of `file`. */
  readonly tests?: string
}

const inbox = (name: string, find: string, replace: string, invariant?: string): Mutant =>
  invariant === undefined
    ? { name, file: 'Inbox.sol', find, replace }
    : { name, file: 'Inbox.sol', find, replace, invariant }

const rollup = (name: string, find: string, replace: string, invariant?: string): Mutant =>
  invariant === undefined
    ? { name, file: 'Rollup.sol', find, replace }
    : { name, file: 'Rollup.sol', find, replace, invariant }

const library = (file: string, name: string, find: string, replace: string): Mutant => ({
  name,
  file: `libraries/${file}.sol`,
  find,
  replace,
})

/** Each of these makes an invariant fail, with the message given. */
const forInvariants: readonly Mutant[] = [
  inbox('withdrawals are not noted as paid', '_paid[shard][index] = account.withdrawn;', '', 'payments: '),
  inbox('revenue is not noted as paid', '_revenuePaid[shard] = revenue;', '', 'payments: '),
  inbox(
    'a withdrawal pays one mwei more',
    'uint256 value = amount * WEI_PER_MWEI;',
    'uint256 value = (amount + 1) * WEI_PER_MWEI;',
    'vault: balance',
  ),
  inbox(
    'payments need no final claim',
    'if (!ROLLUP.isFinalClaim(claim.number, hash)) revert Inbox_ClaimNotFinal(claim.number, hash);',
    '',
    'payment of ',
  ),
  inbox(
    'the queue forgets what came before',
    'index == 0 ? bytes32(0) : _hashes[index - 1]',
    'bytes32(0)',
    'queue: rolling hash',
  ),
  inbox(
    'the queue forgets the parent block',
    'Ssz.hash(previous, root, blockhash(block.number - 1))',
    'Ssz.hash(previous, root, blockhash(block.number - 2))',
    'queue: rolling hash',
  ),
  inbox(
    'a push rewrites the last hash',
    '_prices = next;',
    '_prices = next; if (_times.length > 1) _hashes[0] = bytes32(0);',
    'queue: old hash',
  ),
  inbox('owners share one account', '_accountCounts[shard] = account + 1;', '', 'account of a deposit'),
  inbox('a known owner gets a new account', 'if (next != 0) return next - 1;', '', 'account of a deposit'),
  inbox('odd wei are taken', 'if (msg.value % WEI_PER_MWEI != 0) revert Inbox_NotWholeMwei(msg.value);', '', 'deposit'),
  inbox('dust is taken', 'if (amount < MIN_DEPOSIT) revert Inbox_DepositTooSmall(amount, MIN_DEPOSIT);', '', 'deposit'),
  inbox(
    'deposits are counted twice',
    '_totalDeposits = uint64(total);',
    '_totalDeposits = uint64(total + amount);',
    'vault: deposits',
  ),
  inbox('prices may be pushed at any time', '_checkInterval(_derivedAt, rules.interval);', '', 'early prices'),
  library('PriceFormula', 'prices move by a quarter', 'STEP_PART = 8', 'STEP_PART = 4'),
  rollup(
    'any number may be claimed',
    'if (request.number != number + 1) revert Rollup_ClaimOutOfOrder(request.number, number + 1);',
    '',
    'claim',
  ),
  rollup(
    'any parent may be claimed',
    'if (request.parent != parent) revert Rollup_ParentMismatch(request.parent, parent);',
    '',
    'claim',
  ),
  rollup(
    'anyone may claim',
    'if (!claimer.allowed) revert Rollup_NotClaimer(msg.sender);',
    'if (claimer.allowed) claimer.lastClaim = number; else return;',
    'claim',
  ),
  rollup(
    'headers may be ahead of the L2',
    'header.timestamp < earliest || header.timestamp > latest',
    'header.timestamp < earliest',
    'claim',
  ),
  rollup(
    'headers may name any queue',
    'if (header.inboxHash != queued) revert Rollup_InboxHashMismatch(header.inboxHash, queued);',
    '',
    'claim',
  ),
  rollup(
    'finality waits for nothing',
    'return block.timestamp >= uint256(terms.claimedAt) + terms.challenge;',
    'return terms.claimedAt != 0;',
    'finality: before its window',
  ),
  rollup(
    'finality runs beyond the head',
    'latest < last && _isSettled(_terms[latest + 1])',
    'block.timestamp >= uint256(_terms[latest + 1].claimedAt) + _terms[latest + 1].challenge',
    'finality: beyond the head',
  ),
  rollup('finality turns back', 'finalNumber = latest;', 'finalNumber = latest > 2 ? 1 : latest;', 'finality'),
  rollup(
    'a final claim is overwritten',
    '_hashes[standing.number] = hash;',
    '_hashes[standing.number] = hash; if (standing.number > 2) _hashes[1] = hash;',
    'claims: ',
  ),
  rollup(
    'the head keeps its old block',
    'Head(standing.number, header.number,',
    'Head(standing.number, header.number == 0 ? 0 : header.number - 1,',
    'head: block',
  ),
  rollup('a claim does not hold its bond', 'claimer.lastClaim = number;', '', 'bond'),
  rollup(
    'a claim does not cancel the exit',
    'claimer.unlocksAt = 0;\n        _claimers[msg.sender] = claimer;',
    '_claimers[msg.sender] = claimer;',
    'bond',
  ),
  rollup(
    'bonds are never locked',
    'if (unlocksAt == 0 || block.timestamp < unlocksAt) revert Rollup_BondLocked(unlocksAt);',
    '',
    'bond',
  ),
  rollup('a bond is paid again', 'claimer.bond = 0;', '', 'bond'),
]

/** Each of these makes some test fail. */
const forAnyTest: readonly Mutant[] = [
  inbox('a deposit may have no owner', 'if (owner == address(0)) revert Inbox_OwnerZero();', ''),
  inbox('deposits have no limit', 'if (total > MAX_TOTAL_DEPOSITS)', 'if (total > type(uint64).max)'),
  inbox('a shard has one account more', 'if (account == MAX_ACCOUNTS)', 'if (false)'),
  inbox('any shard is known', 'if (shard >= SHARDS) revert Inbox_UnknownShard(shard);', 'shard;'),
  inbox('a third role', 'role > HIGHEST_ROLE', 'role > HIGHEST_ROLE + 1'),
  inbox('seventeen entries', 'entries > MAX_ENTRIES', 'entries > MAX_ENTRIES + 1'),
  inbox('no entries', 'entries == 0 || ', ''),
  inbox('any number of signatures', 'if (signatures.length != expected)', 'if (signatures.length > 17)'),
  inbox('roles of added members go unchecked', '_checkRole(removed + roles.length + i, add[i].role);', ''),
  inbox('anyone quotes data', 'if (msg.sender != OPERATOR) revert Inbox_NotOperator(msg.sender);', ''),
  inbox('data is quoted where it follows blobs', 'if (!rules.dataQuoted) revert Inbox_DataNotQuoted();', ''),
  inbox('any quote is in reach', 'if (dataByte < lowest || dataByte > highest)', 'if (false)'),
  inbox(
    'the sources share an interval',
    '_checkInterval(_quotedAt, rules.interval);',
    '_checkInterval(_derivedAt, rules.interval);',
  ),
  inbox(
    'pushes that change nothing',
    'if (next.dataByte == current.dataByte && next.settlement == current.settlement)',
    'if (false && current.dataByte == 0)',
  ),
  inbox('anyone names the recipient', 'if (msg.sender != account.owner && recipient != account.owner)', 'if (false)'),
  inbox('any state is proven', 'if (computed != claimed)', 'if (false)'),
  inbox('a failed payment counts', 'if (!paid) revert Inbox_PaymentFailed(recipient, value);', 'paid;'),
  inbox('items beyond the queue have hash 0', 'if (count_ > count()) revert Inbox_BeyondQueue(count_, count());', ''),
  rollup(
    'any lineage may be claimed',
    'if (request.lineage != inForce) revert Rollup_LineageMismatch(request.lineage, inForce);',
    '',
  ),
  rollup('headers of any lineage', 'if (signed != inForce) revert Rollup_LineageMismatch(signed, inForce);', 'signed;'),
  rollup('batches of any size', ' || header.number - parent.blockNumber > BLOCKS_PER_BATCH', ''),
  rollup('blocks come at any pace', 'MIN_BLOCK_INTERVAL_MS * blocks', 'blocks'),
  rollup('blocks consume any number of items', ' || header.inboxCount > most', ''),
  rollup('consumed items come back', 'header.inboxCount < parent.inboxCount || ', ''),
  rollup('pointers of any length', 'if (length > MAX_POINTER_BYTES)', 'if (length > 4096)'),
  rollup('the witness pointer goes unchecked', '_checkPointer(request.witness);', ''),
  rollup('claims need no bond', 'if (claimer.bond < BOND)', 'if (false)'),
  rollup('a bond leaves with a claim open', 'if (claimer.lastClaim > finalNumber)', 'if (false)'),
  rollup('anyone names claimers', 'if (msg.sender != OPERATOR) revert Rollup_NotOperator(msg.sender);', ''),
  rollup('any hash is final', 'return isFinal(number) && _hashes[number] == hash;', 'hash; return isFinal(number);'),
  rollup(
    'windows are told in another order',
    'Windows(CHALLENGE_WINDOW, DATA_WINDOW, ANSWER_WINDOW, PROOF_WINDOW)',
    'Windows(CHALLENGE_WINDOW, DATA_WINDOW, PROOF_WINDOW, ANSWER_WINDOW)',
  ),
  rollup(
    'unknown claims have hash 0',
    'if (number > _head.number) revert Rollup_UnknownClaim(number, _head.number);',
    '',
  ),
  library('PriceFormula', 'costs are rounded down', '(numerator - 1) / denominator + 1', 'numerator / denominator'),
  library('PriceFormula', 'the L1 fee loses its weight', '16 * uint256', 'uint256'),
  library('PriceFormula', 'prices have no upper bound', 'if (highest > max) highest = max;', ''),
  library('PriceFormula', 'prices have no lower bound', 'if (lowest < min) lowest = min;', ''),
  library('Ssz', 'padding is always 0', 'zero = hash(zero, zero);', ''),
  library(
    'Ssz',
    'integers keep two bytes swapped',
    'v = ((v & 0x00ff00ff00ff00ff) << 8) | ((v >> 8) & 0x00ff00ff00ff00ff);',
    '',
  ),
  library('Ssz', 'branches ignore sides', '(path >> i) & 1 == 1', 'path > type(uint64).max'),
  library('StateProofs', 'accounts are looked up in the conversations', 'ACCOUNTS_FIELD = 1', 'ACCOUNTS_FIELD = 0'),
  library('StateProofs', 'revenue is looked up in feeTime', 'REVENUE_FIELD = 4', 'REVENUE_FIELD = 3'),
  library('StateProofs', 'branches of any length', 'if (branch.length != expected)', 'if (branch.length > 64)'),
  library('OperationRoots', 'reclaim and funding share a selector', 'RECLAIM = 3', 'RECLAIM = 2'),
  library('InboxItems', 'messages and operations share a selector', 'FORCED_MESSAGE = 2', 'FORCED_MESSAGE = 1'),
  library(
    'InboxItems',
    'the sender is no part of an item',
    'Ssz.hash4(Ssz.chunk(sender), operationRoot',
    'Ssz.hash4(Ssz.chunk(address(0)), operationRoot',
  ),
]

export const mutants: readonly Mutant[] = [
  ...forInvariants,
  ...forAnyTest,
  ...forContacts,
  ...forInvites,
  ...forEconomics,
  ...forGovernance,
]
