import type { Mutant } from './mutant.ts'
import { forCommittee } from './mutants-committee.ts'
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

/** Of what the rollup is made of. */
const partOfRollup =
  (file: string) =>
  (name: string, find: string, replace: string, invariant?: string): Mutant => ({
    ...rollup(name, find, replace, invariant),
    file: `Rollup${file}.sol`,
  })

const claims = partOfRollup('Claims')
const bonds = partOfRollup('Bonds')
const bondOwners = partOfRollup('BondOwners')
const schedule = partOfRollup('Schedule')
const announcements = partOfRollup('Announcements')
const removals = partOfRollup('Removals')
const proofs = partOfRollup('Proofs')
const challenges = partOfRollup('Challenges')
const evidence = partOfRollup('Evidence')
const silence = partOfRollup('Silence')

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
  rollup('finality turns back', '_finalNumber = latest;', '_finalNumber = latest > 2 ? 1 : latest;', 'finality'),
  claims(
    'a final claim is overwritten',
    '_hashes[standing.number] = hash;',
    '_hashes[standing.number] = hash; if (standing.number > 2) _hashes[1] = hash;',
    'claims: ',
  ),
  claims('the head keeps its old block', 'uint48(last)', 'uint48(last == 0 ? 0 : last - 1)', 'head: block'),
  bonds('a claim does not hold its bond', 'bond.lastClaim = number;', '', 'bond'),
  bonds('a claim does not hold the bond behind the key', '_useBond(number, bondOwner, BOND);', '', 'bond'),
  bonds(
    'a claim does not cancel the exit',
    'bond.unlocksAt = 0;\n        _bonds[account] = bond;',
    '_bonds[account] = bond;',
    'bond',
  ),
  bondOwners(
    'bonds are never locked',
    'if (unlocksAt == 0 || block.timestamp < unlocksAt) revert Rollup_BondLocked(unlocksAt);',
    '',
    'bond',
  ),
  bondOwners('a bond is paid again', 'bond.amount = 0;', '', 'bond'),
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
  silence(
    'a key is announced for claimed blocks',
    'if (entry.from < earliest) revert Rollup_KeyTooEarly(entry.from, earliest);\n',
    'entry.from < earliest ? _keys[0].from = 1 : 0;\n',
    'schedule',
  ),
  silence(
    'keys that count are taken back',
    'while (latest.keyFrom >= from) {',
    'while (latest.keys > 1) {',
    'schedule',
  ),
  announcements(
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
  proofs(
    'proofs end with the window of challenges',
    '_checkContestable(claim, parent);',
    'if (block.timestamp > _terms[claim.number].claimedAt + _terms[claim.number].challenge) revert Rollup_NoSuchProof(kind); _checkContestable(claim, parent);',
    'a proof was refused',
  ),
  rollup('finality does not wait for answers', 'terms.open == 0 && ', '', 'finality'),
  rollup('an answer leaves no time to prove', '(unasked > answered ? unasked : answered)', 'unasked', 'finality'),
  rollup(
    'finality looks at the window of challenges alone',
    'return terms.open == 0 && block.timestamp >= (unasked > answered ? unasked : answered);',
    'return block.timestamp >= (unasked > answered ? unasked : unasked);',
    'finality',
  ),
  removals(
    'a removal keeps what was consumed',
    '_head = _headOf(parent.number, parent.lastHeader);',
    'uint48 consumed = _head.inboxCount; _head = _headOf(parent.number, parent.lastHeader); _head.inboxCount = consumed;',
    'head',
  ),
  removals(
    'a lineage repeats',
    'keccak256(abi.encode(_lineage, hash, blockhash(block.number - 1)))',
    'keccak256(abi.encode(_lineage, hash))',
    'a lineage that another fork may have',
  ),
  removals(
    'a bond on its way is slashed and leaves',
    'bond.unlocksAt = 0;',
    'bond.amount = uint128(value) * (bond.unlocksAt == 0 ? 0 : 1);',
    'ether: bonds',
  ),
  bondOwners(
    'a bond leaves with a claim open',
    'if (lastClaim > _finalNumber)',
    'if (false)',
    'an exit with a claim open',
  ),
  bondOwners(
    'a claim taken back locks its bond for ever',
    'bond.lastClaim < latest ? bond.lastClaim : latest',
    'latest > 0 ? bond.lastClaim : 0',
    'an exit was refused',
  ),
  challenges(
    'claims share their places',
    'abi.encode(number, hash, place)',
    'abi.encode(number, place)',
    'a challenge was refused',
  ),
  challenges(
    'the time to answer counts from the claim',
    'uint40(block.timestamp + terms.answer)',
    'uint40(terms.claimedAt + terms.answer)',
    'an answer was refused',
  ),
  evidence(
    'any queue binds',
    'INBOX.hashAt(header.inboxCount) == header.inboxHash',
    'true',
    'an honest key was slashed',
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
  claims('the head is cut', 'if (number | last | timestamp | count > MAX_IN_HEAD) {', 'if (false) {'),
  rollup('consumed items come back', 'header.inboxCount < parent.inboxCount || ', ''),
  rollup('pointers of any length', 'if (length > MAX_POINTER_BYTES)', 'if (length > 4096)'),
  rollup('the witness pointer goes unchecked', '_checkPointer(request.witness);', ''),
  bonds('claims need no bond', 'if (bond.amount < required)', 'if (false)'),
  bonds('one bond serves for both', 'if (bondOwner == msg.sender) revert Rollup_BondShared(msg.sender);', ''),
  bonds('anyone names claimers', 'if (msg.sender != OPERATOR) revert Rollup_NotOperator(msg.sender);', ''),
  rollup(
    'a claim crosses into other rules',
    'if (rulesFrom > Millis.wrap(parent.timestamp) && header.number != parent.blockNumber + 1) {',
    'if (rulesFrom > header.timestamp) {',
  ),
  silence('nobody is asked to answer for a key', 'if (_answersFor[entry.bondOwner] != entry.key)', 'if (false)'),
  announcements(
    'rules are announced without notice',
    'if (from.wide() < earliest) revert',
    'if (from.isZero()) revert',
  ),
  announcements('rules come in any order', 'if (earliest < afterLast) earliest = afterLast;', ''),
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
  claims(
    'windows are told in another order',
    'Windows(CHALLENGE_WINDOW, DATA_WINDOW, ANSWER_WINDOW, PROOF_WINDOW)',
    'Windows(CHALLENGE_WINDOW, DATA_WINDOW, PROOF_WINDOW, ANSWER_WINDOW)',
  ),
  rollup(
    'unknown claims have hash 0',
    'if (number > _head.number) revert Rollup_UnknownClaim(number, _head.number);',
    '',
  ),
  proofs(
    'any answer of a verifier counts',
    'if (IProof(verifier).check(case_, proof) != IProof.check.selector) revert Rollup_NotShown(verifier);',
    'IProof(verifier).check(case_, proof);',
  ),
  proofs(
    'the verifiers are those of today',
    '_rulesAt(claim.lastHeader.timestamp)',
    '_versions[_latest.versions - 1].rules',
  ),
  proofs('signatures are shown to the verifier of roots', 'return verifiers.signature;', 'return verifiers.stateRoot;'),
  removals('what is final is removed', 'claim.number <= final_ || ', '', 'removal of what is final'),
  removals('what fell is removed again', ' || claim.number > head)', ')'),
  removals('any claim is removed', 'if (hash != kept) revert Rollup_AnotherClaim(claim.number, hash, kept);', ''),
  removals('any parent is left standing', 'if (before != claim.parent)', 'if (false)'),
  removals('a removal keeps the head', '_head = _headOf(parent.number, parent.lastHeader);', ''),
  removals(
    'a lineage begins a block late',
    'parent.lastHeader.number + 1, reason',
    'parent.lastHeader.number + 2, reason',
  ),
  removals('the lineage stays', '_lineage = next;', ''),
  removals('a slashed bond stays', 'bond.amount = 0;', ''),
  removals('the whole bond is the reward', 'value / REWARDED_PART', 'value'),
  removals('what is burned is not counted', '_burned += value - reward;', '', 'ether: burned'),
  removals('credits are not added up', '_credits[account] += value;', '_credits[account] = value;'),
  removals('a credit is paid again', '_credits[msg.sender] = 0;', '', 'ether'),
  removals('a failed payment of a credit counts', 'if (!paid) revert Rollup_PaymentFailed(recipient, value);', 'paid;'),
  challenges('data is asked for at any time', 'if (block.timestamp > until) revert', 'if (until == 0) revert'),
  challenges('data of rescues is asked for', 'if (terms.inCalldata) revert Rollup_InCalldata(claim.number);', ''),
  challenges('a place is asked for again', 'if (challenge.state != ChallengeState.None) continue;', '', 'challenge'),
  challenges('asking for nothing new is taken', 'if (asked == 0) revert Rollup_AskedAlready();', ''),
  challenges(
    'any deposit does',
    'if (msg.value < required) revert Rollup_DepositTooSmall(msg.value, required);',
    'if (msg.value < required) required = msg.value;',
  ),
  challenges('what is open is not counted', 'terms.open + uint24(asked)', 'terms.open', 'open: counted'),
  challenges('too much is kept', '_credit(msg.sender, msg.value - required);', '', 'ether: credits'),
  challenges(
    'answers come at any time',
    'if (block.timestamp > challenge.deadline) revert',
    'if (challenge.deadline == 0) revert',
    'answer',
  ),
  challenges(
    'anything is an answer',
    '_checkAnswer(claim, claim.lastHeader.number - parent.lastHeader.number, place, data);',
    '',
  ),
  challenges(
    'any answer of the pages counts',
    'if (pages.check(root, blocks, place, data) != IPages.check.selector)',
    'if (pages.check(root, blocks, place, data) == 0x00000000)',
  ),
  challenges(
    'the witness is answered with the core',
    'place.part == 0 ? claim.coreRoot : claim.witnessRoot',
    'claim.coreRoot',
  ),
  challenges('an answered place stays open', 'challenge.state = ChallengeState.Answered;', ''),
  challenges('an answer does not close', '--terms.open;', '', 'open: counted'),
  challenges('answers have no time', 'terms.lastAnswer = uint40(block.timestamp);', ''),
  challenges('the answerer pays for itself', '_credit(msg.sender, share);', ''),
  challenges('the rest of the deposit is gone', '_credit(challenge.challenger, deposit - share);', ''),
  challenges(
    'an answer costs more than the deposit',
    'if (share > deposit) share = deposit;',
    'if (share > deposit) deposit = share;',
  ),
  challenges('any gas price counts', 'if (tx.gasprice < price) price = tx.gasprice;', 'price = tx.gasprice;'),
  challenges(
    'nobody waits for an answer',
    'if (block.timestamp <= challenge.deadline) revert',
    'if (challenge.deadline == 0) revert',
    'removal of the unanswered',
  ),
  challenges(
    "the reward is whoever calls's",
    '_remove(claim, parent, Reason.Unanswered, challenger);',
    '_remove(claim, parent, Reason.Unanswered, msg.sender);',
  ),
  challenges('the deposit of the unanswered is gone', '_credit(challenger, uint256(challenge.deposit) * 1 gwei);', ''),
  challenges(
    'deposits come back while the claim stands',
    'if (number <= _head.number && _hashes[number] == hash) revert Rollup_StillStands(number);',
    '',
    'refund',
  ),
  challenges('deposits come back twice', 'challenge.state = ChallengeState.Refunded;', '', 'refund'),
  challenges('a claim is named by its hash alone', 'abi.encode(number, hash, place)', 'abi.encode(hash, place)'),
  challenges('a third part', 'place.part < PARTS && ', ''),
  challenges('pages without end', 'isList ? 1 : PAGES_PER_BLOCK', 'PAGES_PER_BLOCK + 1'),
  challenges('blocks beyond the batch', 'place.block_ <= blocks && ', ''),
  evidence('headers of two numbers contradict', ' || a.number != b.number', ''),
  evidence('headers of two lineages contradict', 'a.lineage != b.lineage || ', ''),
  evidence('a header contradicts itself', 'if (a == b) revert Rollup_NoContradiction();', ''),
  evidence('a place is paid for again', '_shown[header.lineage][header.number] = true;', '', 'equivocation'),
  evidence('any lineage binds', '_lineages[header.lineage] != 0 && ', ''),
  evidence('any signature binds', 'if (signer != key.key) revert', 'if (signer == address(1)) revert'),
  evidence('claims that are not final are evidence', 'claim.number <= _finalNumber && ', ''),
  evidence('rescues are evidence', ' && !_terms[claim.number].inCalldata', ''),
  evidence(
    'claims of other lineages are evidence',
    'if (signed.lineage != finalClaim.lineage) revert Rollup_NoContradiction();',
    '',
  ),
  evidence('any block is opened', 'leaf, number - first, ', 'leaf, 0, '),
  silence('a young item is silence', 'if (block.timestamp <= until) revert', 'if (until == 0) revert'),
  silence(
    'a silence is declared again',
    'if (last.opensAt != 0 && index <= last.index) revert Rollup_SilentAlready(last.index);',
    '',
  ),
  silence('no notice is given', ' && block.timestamp >= last.opensAt', '', 'rescue'),
  silence('a consumed item leaves the rescue open', ' && _head.inboxCount <= last.index', '', 'rescue'),
  silence('anyone rescues without a bond', '_useBond(number, msg.sender, RESCUE_BOND);', ''),
  silence('a rescue follows any claim', 'if (given != parentHash)', 'if (false)'),
  silence(
    'a rescue begins no lineage',
    '_beginLineage(head.number, parentHash, head.blockNumber + 1, Reason.Rescue);',
    '',
  ),
  silence('a rescue leaves ordinary claims', '_latest.inRescue = true;', ''),
  silence('data of rescues is elsewhere', '_terms[number].inCalldata = true;', ''),
  silence('anyone resumes', 'if (msg.sender != GOVERNANCE) _checkOperator();', ''),
  silence('claims resume at once', 'if (block.timestamp < resumesAt) revert', 'if (resumesAt == 0) revert'),
  silence('claims never resume', '_latest.inRescue = false;', ''),
  silence('claims resume in the lineage of the rescue', '_beginLineageAtHead(Reason.Resumption);', ''),
  silence('a silence outlasts its end', 'delete _silence;', '_silence.resumesAt = 0;'),
  silence(
    'a replaced key begins no lineage',
    'if (entry.from < noticed) _beginLineageAtHead(Reason.KeyReplaced);',
    'noticed;',
  ),
  silence(
    'a key is replaced while its owner speaks',
    '_isOpen() ? _head.blockNumber + 1 : noticed',
    '_head.blockNumber + 1',
  ),
  silence('a rescue lies ahead of the L2', ' || request.timestamp > latest', ''),
  silence('a rescue takes any number of items', ' || request.inboxCount > most', ''),
  silence('a rescue takes nothing', 'request.inboxCount < least || ', ''),
  rollup('ordinary claims go on beside rescues', 'if (_latest.inRescue) revert Rollup_InRescue();', ''),
  rollup('any other half does', 'SettingsBounds.checkContests(settings, queue, contests_);', ''),
  library('RescueRoots', 'the witness of a rescue is that of nothing', 'signatures[j] = unsigned;', ''),
  library('RescueRoots', 'runs end where they begin', 'postRoot = items[j].postRoot;', 'postRoot = items[j].preRoot;'),
  library(
    'SettingsBounds',
    'rules without a verifier of roots',
    '_require(verifiers.stateRoot.code.length != 0, "verifiers.stateRoot");',
    '',
  ),
  library(
    'SettingsBounds',
    'an item is silence before it is due',
    'Units.toMillis(contest.silenceLimit) > forceDelay && ',
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
  ...forCommittee,
]
