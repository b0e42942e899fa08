import type { Mutant } from './mutant.ts'

const part =
  (file: string) =>
  (name: string, find: string, replace: string, invariant?: string): Mutant => {
    const mutant = { name: `committee: ${name}`, file, find, replace, tests: 'committee' }
    return invariant === undefined ? mutant : { ...mutant, invariant }
  }

const stakes = part('committee/CommitteeStakes.sol')
const epochs = part('committee/CommitteeEpochs.sol')
const certificates = part('committee/CommitteeCertificates.sol')
const challenges = part('committee/CommitteeChallenges.sol')
const chunks = part('libraries/Chunks.sol')
const pointers = part('libraries/CommitteePointers.sol')
const costs = part('libraries/CallCosts.sol')
const claims = part('RollupCertificates.sol')

export const forCommittee: readonly Mutant[] = [
  stakes('nothing is burned', 'burned += value - reward;', '', 'burned: halves of faults'),
  stakes('a fault is credited and kept', 'kept.stake -= value;', '', 'an epoch that must not be'),
  stakes('a credit is paid again', 'creditOf[msg.sender] = 0;', '', 'credits: sum'),
  stakes('a fault has no bound', 'kept.stake < FAULT ? kept.stake : FAULT', 'kept.stake'),
  stakes(
    'a member is taken over',
    'if (member.owner == address(0)) member.owner = owner;',
    'if (owner != address(0)) member.owner = owner;',
  ),
  stakes('retention below two windows', '2 * uint256(rules_.answerWindow)', '1'),
  epochs(
    'a stake leaves while it answers',
    'if (block.timestamp < unlocksAt) revert',
    'if (unlocksAt == 1) revert',
    'a stake',
  ),
  epochs(
    'stakes are locked for the epoch alone',
    'endsAt + GRACE + MAX_RETENTION + ANSWER_WINDOW',
    'endsAt',
    'a stake before',
  ),
  epochs('stakes wait for no grace', 'endsAt + GRACE + MAX_RETENTION', 'endsAt + MAX_RETENTION'),
  epochs(
    'anyone exits',
    'if (msg.sender != kept.owner) revert',
    'if (kept.owner == address(0)) revert',
    'a stake that is locked',
  ),
  epochs('a stake is paid again', 'kept.stake = 0;', '', 'stakes: '),
  epochs('epochs begin at once', 'last == 0 ? 0 : NOTICE', 'last == 0 ? 0 : 1', 'epochs: no notice'),
  epochs('an epoch never ends', 'if (last != 0) _epochs[last].endsAt = startsAt;', '', 'epochs: one follows the other'),
  epochs('half of them certify', '2 * uint256(k) <= n', '2 * uint256(k) < n', 'an epoch that must not be'),
  epochs(
    'members need no stake',
    'if (kept.stake < STAKE) revert',
    'if (kept.stake == type(uint128).max) revert',
    'an epoch that must not be',
  ),
  epochs('a member stands twice', 'if (kept.lastEpoch == epoch) revert', 'if (epoch == 0) revert'),
  epochs(
    'two epochs in one second',
    'if (startsAt <= _epochs[last].startsAt) revert',
    'if (startsAt < _epochs[last].startsAt) revert',
    'an epoch that must not be',
  ),
  epochs('the founder rotates for ever', 'if (last != 0 || msg.sender != FOUNDER)', 'if (msg.sender != FOUNDER)'),
  epochs('anyone rotates', 'if (last != 0 || msg.sender != FOUNDER) _checkGovernance();', ''),
  epochs('any scheme', 'if (scheme != SECP256K1) revert', 'if (scheme == 0) revert'),
  certificates(
    'one signature fewer',
    '_bitsIn(mask) < _thresholdOf(roster)',
    '_bitsIn(mask) + 1 < _thresholdOf(roster)',
    'certificates: a wrong one counts',
  ),
  certificates(
    'right certificates are refused',
    '_bitsIn(mask) < _thresholdOf(roster)',
    '_bitsIn(mask) <= _thresholdOf(roster)',
    'certificates: a right one is refused',
  ),
  certificates('anybody signs', 'signer != _memberAt(roster, i)', 'signer == address(0)'),
  certificates('one signature for all', 'pointer.signatureAt(parts, taken++)', 'pointer.signatureAt(parts, taken)'),
  certificates(
    'an epoch before it begins',
    'if (block.timestamp < epoch.startsAt)',
    'if (epoch.startsAt == 1)',
    'certificates: a wrong one counts',
  ),
  certificates(
    'epochs are never over',
    'if (block.timestamp > uint256(epoch.endsAt) + GRACE)',
    'if (epoch.endsAt == 1)',
    'certificates: a wrong one counts',
  ),
  certificates(
    'no grace',
    'uint256(epoch.endsAt) + GRACE',
    'uint256(epoch.endsAt)',
    'certificates: a right one is refused',
  ),
  certificates('certificates end too soon', 'uint256(neededUntil) + ANSWER_WINDOW', 'uint256(neededUntil)'),
  certificates('certificates end never', 'if (expiresAt > block.timestamp + MAX_RETENTION)', 'if (expiresAt == 0)'),
  certificates(
    'the second pointer is not looked at',
    '_hashCertificate(core) == _hashCertificate(witness)',
    'core.length == witness.length',
  ),
  certificates('the second form is not looked at', 'code = _checkForm(witness);', ''),
  certificates('any contract’s certificate', 'head.mark() != bytes4(_domainSeparatorV4())', 'head.mark() == 0'),
  certificates('parts of any length', 'length == 0 || length > Chunks.MAX_PART_BYTES', 'length == 0'),
  certificates('a part that is not there', 'which == 0 || which > count ?', 'which == 0 ?'),
  certificates(
    'anything follows a certificate',
    'if (pointer.length != CommitteePointers.HEAD_BYTES',
    'if (pointer.length < CommitteePointers.HEAD_BYTES',
  ),
  certificates(
    'lengths are not signed',
    'abi.encode(PART_TYPEHASH, chunkRoot, length)',
    'abi.encode(PART_TYPEHASH, chunkRoot, uint32(0))',
  ),
  challenges(
    'who answered is slashed',
    '        if (block.timestamp <= challenge.deadline) revert',
    '        if (challenge.deadline == 0) revert',
    'a slash of who need not pay',
  ),
  challenges(
    'an answer closes nothing',
    '        _close(digest, part, index);\n        emit ChunkAnswered',
    '        emit ChunkAnswered',
    'answer',
  ),
  challenges(
    'an answer may be late',
    'if (block.timestamp > challenge.deadline) revert',
    'if (challenge.deadline == 0) revert',
    'an answer that is none',
  ),
  challenges(
    'anything is an answer',
    'if (root != part.chunkRoot) revert',
    'if (root == 0) revert',
    'an answer that is none',
  ),
  challenges('paths of any length', 'if (path.length != depth) revert', 'if (path.length > 24) revert'),
  challenges(
    'a chunk is open twice',
    'if (challenge.deadline != 0) revert',
    'if (challenge.deadline == 1) revert',
    'a challenge that must not be',
  ),
  challenges(
    'chunks beyond the end',
    'if (index >= chunks) revert',
    'if (index > 2 ** 14) revert',
    'a challenge that must not be',
  ),
  challenges('a challenge until the end', 'if (deadline > expiresAt)', 'if (block.timestamp > expiresAt)'),
  challenges('any number is open', 'if (open == MAX_OPEN) revert', 'if (open == 2 ** 20) revert'),
  challenges(
    'questions cost nothing',
    'if (msg.value < required) revert DataCommittee_DepositTooSmall(msg.value, required);',
    'if (msg.value < required) required = msg.value;',
    'a challenge that must not be',
  ),
  challenges('deposits do not come back', '_credit(challenge.challenger, deposited - cost);', '', 'credits: sum'),
  challenges(
    'an answer is paid beyond its deposit',
    'if (cost > deposited) cost = deposited;',
    'if (cost > deposited) deposited = cost;',
  ),
  challenges('a certificate is paid for again', '_slashedOf[digest] = before | mask;', '', 'stakes: of a member'),
  challenges('all members pay', 'uint256 mask = challenge.mask & ~before;', 'uint256 mask = 0xf & ~before;'),
  challenges('uncertified parts are asked for', '        code = _checkSigned(pointer, digest);\n', ''),
  chunks('leaves for nodes', 'bytes1 private constant NODE = 0x01;', 'bytes1 private constant NODE = 0x00;'),
  chunks('places are not hashed', 'abi.encodePacked(LEAF, index, chunk)', 'abi.encodePacked(LEAF, uint32(0), chunk)'),
  chunks('paths turn the other way', '(index >> i) & 1 == 1', '(index >> i) & 1 == 0'),
  chunks('a step too few', 'while (2 ** steps < chunks) ++steps;', 'while (2 ** (steps + 1) < chunks) ++steps;'),
  pointers('epochs are read elsewhere', 'PointerHead.unwrap(head) >> 104', 'PointerHead.unwrap(head) >> 96'),
  costs(
    'any price counts',
    'if (tx.gasprice < price) price = tx.gasprice;',
    'if (tx.gasprice > price) price = tx.gasprice;',
  ),
  claims('a part is not looked at', 'witness ? request.witness.pointer : first', 'first'),
  claims('committees that are silent certify', 'if (!answered) revert Rollup_DataNotCertified(NO_ANSWER);', ''),
  claims('codes are not looked at', 'if (code != 0) revert Rollup_DataNotCertified(code);', ''),
  claims('answers do not count', 'uint256(windows.data) + windows.answer', 'uint256(windows.data)'),
  claims('proofs do not count', 'asked + windows.proof', 'asked'),
  claims(
    'no committee certifies',
    'if (committee == address(0)) revert Rollup_NoDataCommittee();',
    'if (committee == address(0)) return;',
  ),
]
