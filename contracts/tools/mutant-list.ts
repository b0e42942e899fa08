import type { Mutant } from './mutant.ts'
import { forContacts } from './mutants-contacts.ts'
import { forEconomics, forGovernance } from './mutants-economics.ts'
import { forInvites } from './mutants-invites.ts'

const inbox = (name: string, find: string, replace: string, invariant?: string): Mutant =>
  invariant === undefined
    ? { name, file: 'Inbox.sol', find, replace }
    : { name, file: 'Inbox.sol', find, replace, invariant }

const rollup = (name: string, find: string, replace: string, invariant?: string): Mutant =>
  invariant === undefined
    ? { name, file: 'Rollup.sol', find, replace }
    : { name, file: 'Rollup.sol', find, replace, invariant }

const bonds = (name: string, find: string, replace: string, invariant?: string): Mutant => ({
  ...rollup(name, find, replace, invariant),
  file: 'RollupBonds.sol',
})

const schedule = (name: string, find: string, replace: string, invariant?: string): Mutant => ({
  ...rollup(name, find, replace, invariant),
  file: 'RollupSchedule.sol',
})

const units = (name: string, find: string, replace: string): Mutant => ({
  name,
  file: 'types/Units.sol',
  find,
  replace,
})

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
    'uint256 value = amount.toWei();',
    'uint256 value = amount.toWei() + 10 ** 6;',
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
    '_addPoint(index + 1, next);',
    '_addPoint(index + 1, next); if (_words.length > 1) _hashes[0] = bytes32(0);',
    'queue: old hash',
  ),
  inbox('owners share one account', '_accountCounts[shard] = account + 1;', '', 'account of a deposit'),
  inbox('a known owner gets a new account', 'if (next != 0) return next - 1;', '', 'account of a deposit'),
  inbox('odd wei are taken', 'if (rest != 0) revert Inbox_NotWholeMwei(msg.value);', 'rest;', 'deposit'),
  inbox(
    'dust is taken',
    'if (amount < MIN_DEPOSIT) revert Inbox_DepositTooSmall(amount.wide(), MIN_DEPOSIT);',
    '',
    'deposit',
  ),
  inbox(
    'deposits are counted twice',
    '_held[shard] = held + amount;',
    '_held[shard] = held + amount + amount;',
    'held: in a shard',
  ),
  inbox('prices may be pushed at any time', '_checkInterval(_derivedAt, rules.interval);', '', 'early prices'),
  library('PriceFormula', 'prices move by a quarter', 'price) / STEP_PART', 'price) / 4'),
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
  bonds('anyone may claim', 'if (!_bonds[msg.sender].mayClaim) revert Rollup_NotClaimer(msg.sender);', '', 'claim'),
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
    'return terms.open == 0 && block.timestamp >= (unasked > answered ? unasked : answered);',
    'return terms.claimedAt != 0 && unasked + answered != 0;',
    'finality: before its window',
  ),
  rollup(
    'finality runs beyond the head',
    'latest < last && _isSettled(latest + 1)',
    'last >= 0 && _isSettled(latest + 1)',
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
    '_narrow(header.number)',
    '_narrow(header.number == 0 ? 0 : header.number - 1)',
    'head: block',
  ),
  bonds('a claim does not hold its bond', 'bond.lastClaim = number;', '', 'bond'),
  bonds('a claim does not hold the bond behind the key', '_useBond(number, bondOwner);', '', 'bond'),
  bonds(
    'a claim does not cancel the exit',
    'bond.unlocksAt = 0;\n        _bonds[account] = bond;',
    '_bonds[account] = bond;',
    'bond',
  ),
  bonds(
    'bonds are never locked',
    'if (unlocksAt == 0 || block.timestamp < unlocksAt) revert Rollup_BondLocked(unlocksAt);',
    '',
    'bond',
  ),
  bonds('a bond is paid again', 'bond.amount = 0;', '', 'bond'),
  rollup('anybody seals', 'if (signer != key) revert Rollup_NotSealed(signer, key);', 'signer;', 'claim'),
  rollup(
    'due items may be left out',
    'if (isDue && header',
    'if (false && isDue && header',
    'claim without a due item',
  ),
  rollup(
    'a claim crosses into another key',
    'if (keyFrom > parent.blockNumber + 1) revert Rollup_KeyChanges(keyFrom);',
    '',
    'claim across a border',
  ),
  schedule(
    'a key is announced for claimed blocks',
    'if (entry.from < earliest) revert Rollup_KeyTooEarly(entry.from, earliest);\n',
    'entry.from < earliest ? _keys[0].from = 1 : 0;\n',
    'schedule',
  ),
  schedule(
    'keys that count are taken back',
    'while (latest.keyFrom >= from) {',
    'while (latest.keys > 1) {',
    'schedule',
  ),
  schedule(
    'rules that hold are taken back',
    'if (Units.now_() >= from) revert Rollup_NothingAnnounced();',
    'if (from.isZero()) revert Rollup_NothingAnnounced();',
    'withdrawal of rules that hold',
  ),
  inbox('payments leave what is held', '_held[shard] = held - amount;', '', 'held: in a shard'),
  inbox(
    'price points begin an item early',
    '_addPoint(index + 1, next);',
    '_addPoint(index, next);',
    'points: before it',
  ),
]

/** Each of these makes some test fail. */
const forAnyTest: readonly Mutant[] = [
  inbox('a deposit may have no owner', 'if (owner == address(0)) revert Inbox_OwnerZero();', ''),
  inbox('deposits have no limit', 'if (amount > MAX_HELD - held)', 'if (false)'),
  inbox('an account takes deposits for ever', 'if (paid >= MAX_PAID)', 'if (false)'),
  inbox(
    'a shard pays more than it holds',
    'if (amount > held) revert Inbox_NotHeld(amount, held);',
    'if (amount > held) held = amount;',
  ),
  inbox('contracts are paid unasked', ' || recipient.code.length != 0)', ')'),
  inbox('price items belong to shard 0', '_queue(root, NO_SHARD)', '_queue(root, 0)'),
  inbox('times lose their low bits', 'return (word >> 8, uint8(word));', 'return ((word >> 9) << 1, uint8(word));'),
  inbox('prices of a point to come', '_points[point].count <= count_;', 'true;'),
  inbox('prices of a point that is over', '(next < _points.length && _points[next].count <= count_)', 'false'),
  inbox('a shard has one account more', 'if (account == MAX_ACCOUNTS)', 'if (false)'),
  inbox('any shard is known', 'if (shard >= SHARDS) revert Inbox_UnknownShard(shard);', 'shard;'),
  inbox('a third role', 'role > HIGHEST_ROLE', 'role > HIGHEST_ROLE + 1'),
  inbox('seventeen entries', 'entries > MAX_ENTRIES', 'entries > MAX_ENTRIES + 1'),
  inbox('two exchanges', 'if (exchanged > 1)', 'if (exchanged > 2)'),
  inbox(
    'an exchange needs no consent',
    '1 + operation.add.length + operation.exchange.length',
    '1 + operation.add.length',
  ),
  inbox('an exchange is no entry', 'add.length + exchanged)', 'add.length)'),
  inbox('no entries', 'entries == 0 || ', ''),
  inbox('any number of signatures', 'if (signatures.length != expected)', 'if (signatures.length > 17)'),
  inbox('roles of added members go unchecked', '_checkRole(removed + roles.length + i, add[i].role);', ''),
  inbox('anyone quotes data', 'if (msg.sender != OPERATOR) revert Inbox_NotOperator(msg.sender);', ''),
  inbox('data is quoted where it follows blobs', 'if (!rules.dataQuoted) revert Inbox_DataNotQuoted();', ''),
  inbox('any quote is in reach', 'if (quote < lowest || quote > highest)', 'if (false)'),
  inbox(
    'the sources share an interval',
    '_checkInterval(_quotedAt, rules.interval);',
    '_checkInterval(_derivedAt, rules.interval);',
  ),
  inbox(
    'pushes that change nothing',
    'next.coreByte == current.coreByte && next.witnessByte == current.witnessByte',
    'false',
  ),
  inbox('anyone names the recipient', 'recipient != account.owner || ', ''),
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
  rollup('batches have any number of segments', ' || header.segmentCount > mostSegments', '', 'claim'),
  rollup('segments are counted down', 'header.segmentCount < parent.segmentCount || ', ''),
  rollup(
    'blocks have any number of segments',
    'Math.min(SEGMENTS_PER_BATCH, uint256(SEGMENTS_PER_BLOCK) * blocks)',
    'SEGMENTS_PER_BATCH',
  ),
  rollup('the head is cut', 'if (value > type(uint48).max)', 'if (false)'),
  rollup('consumed items come back', 'header.inboxCount < parent.inboxCount || ', ''),
  rollup('pointers of any length', 'if (length > MAX_POINTER_BYTES)', 'if (length > 4096)'),
  rollup('the witness pointer goes unchecked', '_checkPointer(request.witness);', ''),
  bonds('claims need no bond', 'if (bond.amount < BOND)', 'if (false)'),
  bonds('a bond leaves with a claim open', 'if (lastClaim > latestFinal)', 'if (false)'),
  bonds(
    'a claim taken back locks its bond for ever',
    'bond.lastClaim < latest ? bond.lastClaim : latest',
    'latest > 0 ? bond.lastClaim : 0',
  ),
  bonds('one bond serves for both', 'if (bondOwner == msg.sender) revert Rollup_BondShared(msg.sender);', ''),
  bonds('anyone names claimers', 'if (msg.sender != OPERATOR) revert Rollup_NotOperator(msg.sender);', ''),
  rollup('finality does not wait for answers', 'terms.open == 0 && ', ''),
  rollup('an answer leaves no time to prove', '(unasked > answered ? unasked : answered)', 'unasked'),
  rollup(
    'a claim crosses into other rules',
    'if (rulesFrom > Millis.wrap(parent.timestamp) && header.number != parent.blockNumber + 1) {',
    'if (rulesFrom > header.timestamp) {',
  ),
  schedule('nobody is asked to answer for a key', 'if (answersFor[entry.bondOwner] != entry.key)', 'if (false)'),
  schedule('rules are announced without notice', 'if (from.wide() < earliest) revert', 'if (from.isZero()) revert'),
  schedule('rules come in any order', 'if (earliest < afterLast) earliest = afterLast;', ''),
  schedule('anyone announces rules', 'if (msg.sender != GOVERNANCE) revert Rollup_NotGovernance(msg.sender);', ''),
  library('Headers', 'prices are no part of a header', 'header.inboxHash, root(header.prices)', 'header.inboxHash, 0'),
  library('Headers', 'a genesis of another time', 'fields[4] = Ssz.chunk(timestamp);', ''),
  library(
    'SettingsBounds',
    'genesis at any time',
    'return distance <= Units.toMillis(MAX_GENESIS_DISTANCE);',
    'return distance >= Millis.wrap(0);',
  ),
  library('SettingsBounds', 'one round of asking', 'ROUNDS_OF_ASKING * windows.answer', 'windows.answer'),
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
  units('costs are rounded down', '(numerator - 1) / denominator + 1', 'numerator / denominator'),
  units('what does not fit is not left over', 'rest = value - amount.toWei();', 'rest = value % WEI_PER_MWEI;'),
  units('amounts are cut', 'amount < type(uint64).max ? uint64(amount) : type(uint64).max', 'uint64(amount)'),
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
  library('StateProofs', 'accounts are looked up in the conversations', '(ACCOUNTS_FIELD << 33)', '(0 << 33)'),
  library('StateProofs', 'revenue is looked up in feeTime', 'path = REVENUE_FIELD', 'path = 3'),
  library('StateProofs', 'branches of any length', 'if (branch.length != expected)', 'if (branch.length > 64)'),
  library('OperationRoots', 'reclaim and funding share a selector', ', RECLAIM)', ', 2)'),
  library('InboxItems', 'messages and operations share a selector', ', FORCED_MESSAGE)', ', 1)'),
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
