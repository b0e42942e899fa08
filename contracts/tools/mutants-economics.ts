import type { Mutant } from './mutant.ts'

const part =
  (file: string) =>
  (name: string, find: string, replace: string, invariant?: string): Mutant => {
    const mutant = { name: `economics: ${name}`, file, find, replace, tests: 'economics' }
    return invariant === undefined ? mutant : { ...mutant, invariant }
  }

const pricing = part('economics/BulkPricing.sol')
const reputation = part('economics/Reputation.sol')
const stakes = part('economics/StakeVault.sol')
const lists = part('economics/SybilLists.sol')
const treasury = part('economics/Treasury.sol')
const gate = part('invites/SybilListGate.sol')
const inbox = part('invites/InviteDelivery.sol')
const bounds = part('libraries/Bounds.sol')

export const forEconomics: readonly Mutant[] = [
  inbox(
    'the network part is lost',
    '_give(treasury, parts.protocolPart + parts.networkPart);',
    '_give(treasury, parts.protocolPart);',
    'credits: sum and balance',
  ),
  inbox('the network part is not paid for', 'parts.fee += part;', '', 'credits: sum and balance'),
  inbox('a network part has no bound', 'if (part > MAX_NETWORK_PART)', 'if (part > 1 ether)'),
  pricing('parts have no maximum', 'if (part > p.maxPart) part = p.maxPart;', '', 'network part: above its bound'),
  pricing(
    'parts fall with reach',
    'uint256 numerator = excess * p.steepness;',
    'uint256 numerator = excess > allowance / 2 ? 0 : excess * p.steepness;',
    'network part: falls with reach',
  ),
  pricing(
    'consumers pay for growth',
    'return reach > allowance ? reach - allowance : 0;',
    'return allowance == 0 ? 0 : reach;',
    'network part: not flat for a consumer',
  ),
  pricing('senders count again', 'if (_seen[pairKey] == epoch) return (count, 0);', '', 'reach: senders'),
  pricing('invites do not count', '++count.invites;', '', 'reach: invites'),
  pricing('senders do not count', '++count.senders;', '', 'reach: senders'),
  pricing(
    'fresh keys cost a payer nothing more',
    'if (!answers) {\n            pairKey',
    'if (pairKey == 0) {\n            pairKey',
    'reach: senders',
  ),
  pricing('counts last for ever', 'count.epoch == epoch ?', 'count.epoch != 0 ?', 'reach: '),
  pricing(
    'callers share their counts',
    'count = _current(_counts[msg.sender][sender], epoch);',
    'count = _current(_counts[address(0)][sender], epoch);',
    'reach: ',
  ),
  pricing(
    'the greater surcharge counts',
    '_surcharge(bySender) < _surcharge(byPayer) ? _surcharge(bySender)',
    '_surcharge(bySender) > _surcharge(byPayer) ? _surcharge(bySender)',
    'network part: not flat for a consumer',
  ),
  pricing(
    'the payer is not looked at',
    'if (payerExcess * allowance > excess * payerAllowance)',
    'if (payerExcess > 10 ** 18)',
  ),
  pricing(
    'excesses are compared as they are',
    'if (payerExcess * allowance > excess * payerAllowance)',
    'if (payerExcess > excess)',
  ),
  pricing(
    'anyone sets prices',
    '_startChange();\n        BulkParameters memory before',
    'BulkParameters memory before',
    'parameters: prices',
  ),
  pricing('units jump', 'Bounds.checkStep("unit", before.unit, next.unit);', '', 'parameters: prices'),
  pricing('stake does not count', 'free + (standing >> SURCHARGE_BITS) / stakeStep', 'free + standing * 0 / stakeStep'),
  pricing('a new length repeats epochs', '_epoch() + 1;', '1;'),
  pricing('growth is slower', 'most = MAX_EXPONENT * allowance', 'most = allowance'),
  reputation(
    'who is not registered has repute',
    'if (repute.registeredAt == 0 || repute.listed) return repute;',
    'if (repute.listed) return repute;',
  ),
  reputation(
    'the listed have repute',
    'if (repute.registeredAt == 0 || repute.listed) return repute;',
    'if (repute.registeredAt == 0) return repute;',
  ),
  reputation(
    'lists count when they are stale',
    'if (fresh && listed) return true;',
    'if (listed || (fresh && listed)) return true;',
  ),
  reputation(
    'the dead have repute',
    'if (registeredAt != 0 && DIRECTORY.identityOwner(account) == address(0)) return 0;',
    '',
  ),
  reputation('attestations last', 'attestation.expiresAt > block.timestamp && quotaOf', 'quotaOf'),
  reputation(
    'attesters who are not trusted any more count',
    'attestation.expiresAt > block.timestamp && quotaOf[attestation.attester] != 0;',
    'attestation.expiresAt > block.timestamp;',
  ),
  reputation('attestations come early', 'issuedAt > block.timestamp || ', ''),
  reputation('attestations last for ever', ' || expiresAt - issuedAt > MAX_VALIDITY', ''),
  reputation(
    'revoked attestations come back',
    'if (issuedAt <= revoked) revert Reputation_AttestationRevoked(attester, subject, revoked);',
    '',
  ),
  reputation('anyone revokes', 'if (kept[count].attester == attester) place = count;', 'place = count;'),
  reputation('attesters have no quota', 'if (_used[attester][day] >= quota)', 'if (quota == 0)'),
  reputation(
    'quotas count on the day of posting',
    '_useQuota(attester, issuedAt / 1 days);',
    '_useQuota(attester, block.timestamp / 1 days);',
  ),
  reputation('anyone names attesters', '_checkGovernance();\n        Bounds.check("quota"', 'Bounds.check("quota"'),
  stakes(
    'stakes leave at once',
    'amount == 0 || block.timestamp < account.leavesAt',
    'amount == 0',
    'a stake that is locked',
  ),
  stakes('a stake is paid again', '(account.leaving, account.leavesAt) = (0, 0);', '', 'stake'),
  stakes('what leaves stays', 'account.staked -= amount;', '', 'stakes: '),
  stakes('anyone slashes', '_checkGovernance();\n        if (amount == 0)', 'if (amount == 0)'),
  stakes(
    'what leaves cannot be slashed',
    'uint128 fromLeaving = amount < account_.leaving ? amount : account_.leaving;',
    'uint128 fromLeaving = amount < account_.leaving ? 0 : account_.leaving;',
    'stakes: ',
  ),
  stakes('slashed stakes are counted twice', 'slashed += taken;', 'slashed += 2 * taken;', 'stakes: slashed'),
  stakes('slashed stakes are collected again', 'slashed = 0;', '', 'stakes: '),
  lists('old updates come again', 'if (version != expected) revert', 'if (version > expected) revert'),
  lists('anyone publishes', 'if (msg.sender == publisher) return;', 'if (publisher != address(0)) return;'),
  lists('signatures do not bind entries', 'keccak256(abi.encodePacked(change.added)),', 'bytes32(0),'),
  lists(
    'a list after a withdrawal names nobody',
    '_write(change.publisher, change.added, list.generation + 1);',
    '_write(change.publisher, change.added, 1);',
  ),
  lists('withdrawn lists come back', '++list.generation;', ''),
  lists('withdrawn lists are fresh', '(list.version, list.validUntil) = (version, 0);', 'list.version = version;'),
  lists('lists are valid for ever', ' || change.validUntil > latest', ''),
  lists('nobody leaves a list', '_write(change.publisher, change.removed, 0);', ''),
  gate('payers are not looked up', 'if (!listed && context.payer != context.sender)', 'if (listed)'),
  gate('stale lists are trusted', 'if (!fresh) return policy.onStale;', ''),
  gate('the mildest list counts', 'if (reaction > harshest)', 'if (reaction < harshest)'),
  gate('no policy admits all', 'if (policy.publishers.length == 0) return (false, 0);', ''),
  treasury(
    'a part is recorded twice',
    'if (recorded.operator != address(0)) revert Treasury_AlreadyRecorded(cost.claim, cost.part);',
    '',
    'a record',
  ),
  treasury(
    'claims need not be final',
    'if (cost.claim == 0 || !rollup.isFinal(cost.claim)) revert',
    'if (cost.claim == 0) revert',
    'a record',
  ),
  treasury('records have no bound', 'amount == 0 || amount > _bounds.perRecord', 'amount == 0', 'a record'),
  treasury('anyone records', 'if (msg.sender != operator) revert Treasury_NotOperator(msg.sender);', '', 'a record'),
  treasury('a due is paid again', 'dueTo[account] -= int256(amount);', '', 'treasury: due'),
  treasury(
    'periods have no bound',
    'amount = _min(amount, _leftInPeriod());',
    '',
    "operator: above the period's bound",
  ),
  treasury(
    'payments of the period are forgotten',
    '_paidInPeriod += uint128(amount);',
    '',
    "operator: above the period's bound",
  ),
  treasury(
    'the share of income is not looked at',
    'amount = _min(amount, share > reimbursed ? share - reimbursed : 0);',
    'share;',
    'operator: above the share of income',
  ),
  treasury(
    'anyone spends',
    '_checkGovernance();\n        // What was voted must not fail because the operator',
    '// What was voted must not fail because the operator',
    'surplus: moved without a vote',
  ),
  treasury(
    'what is due is spent',
    'return left - payableTo(operator);',
    'return left;',
    'surplus: moved without a vote',
  ),
  treasury('what is spent is not noted', 'spent += amount;', '', 'treasury: '),
  treasury('income is not noted', 'income += msg.value;', '', 'refused though allowed'),
  treasury(
    'a struck record stays due',
    'dueTo[struck.operator] -= int256(uint256(struck.amount));',
    '',
    'treasury: due',
  ),
  treasury('a struck record is struck again', '_records[from][claim][part].amount = 0;', '', 'a strike'),
  treasury(
    'anyone sets the bounds',
    '_startChange();\n        Bounds.checkStep("perRecord"',
    'Bounds.checkStep("perRecord"',
    'parameters: bounds',
  ),
  treasury(
    'bounds jump',
    'Bounds.checkStep("perPeriod", _bounds.perPeriod, next.perPeriod);',
    '',
    'parameters: bounds',
  ),
  treasury('the operator names the rollup again', 'address(rollup) != address(0) || msg.sender', 'msg.sender'),
  treasury(
    'a rollup may pay another',
    'if (named.parameters().treasury != address(this)) revert',
    'if (address(named) == address(0)) revert',
  ),
  bounds('steps have no bound', 'to > from * MAX_FACTOR || from > to * MAX_FACTOR', 'false', 'parameters: '),
  bounds('values have no bound', 'if (value < min || value > max) revert', 'if (value < min) revert', 'parameters: '),
]

const governed =
  (file: string) =>
  (name: string, find: string, replace: string): Mutant => ({
    name: `governance: ${name}`,
    file: `governance/${file}.sol`,
    find,
    replace,
  })

const governor = governed('ParleyGovernor')
const timelock = governed('ParleyTimelock')
const votes = governed('ParleyVotes')
const rollupOperator = governed('RollupOperator')

export const forGovernance: readonly Mutant[] = [
  governor(
    'votes of any length',
    'Bounds.check("votingPeriod", newVotingPeriod, MIN_VOTING_PERIOD, MAX_VOTING_PERIOD);',
    '',
  ),
  governor('delays of any length', 'Bounds.check("votingDelay", newVotingDelay, 0, MAX_VOTING_DELAY);', ''),
  governor('any quorum', 'Bounds.check("quorum", newQuorumNumerator, MIN_QUORUM, MAX_QUORUM);', ''),
  governor('any threshold', 'Bounds.check("proposalThreshold", threshold, 0, supply / MAX_THRESHOLD_PART);', 'supply;'),
  timelock('any delay', 'Bounds.check("delay", newDelay, leastDelay, MAX_DELAY);', ''),
  votes('any supply', 'Bounds.check("supply", supply, MIN_SUPPLY, MAX_SUPPLY);', ''),
  votes('blocks are counted', 'return uint48(block.timestamp);', 'return uint48(block.number);'),
  rollupOperator('the agent names claimers', 'if (allowed || msg.sender != agent)', 'if (msg.sender != agent)'),
  rollupOperator('anyone quotes', 'if (msg.sender != agent) revert RollupOperator_NotAgent(msg.sender);', ''),
  rollupOperator('anyone names the agent', '_checkGovernance();\n        suspendedUntil = 0;', 'suspendedUntil = 0;'),
  governed('Governed')(
    'anyone governs',
    'if (msg.sender != governance) revert',
    'if (msg.sender == address(0)) revert',
  ),
]
