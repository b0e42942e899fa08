import type { Mutant } from './mutant.ts'

const part =
  (file: string) =>
  (name: string, find: string, replace: string, invariant?: string): Mutant => {
    const mutant = { name: `invites: ${name}`, file: `invites/${file}.sol`, find, replace }
    return invariant === undefined ? mutant : { ...mutant, invariant }
  }

const inbox = part('InviteDelivery')
const publicInbox = part('PublicInbox')
const batches = part('InviteBatches')
const demand = part('DemandGate')
const allowList = part('AllowListGate')
const attestation = part('AttestationGate')
const composite = part('CompositeGate')

export const forInvites: readonly Mutant[] = [
  inbox(
    'the payer is not charged',
    '_accounts[account].credit = uint128(available - amount);',
    '_accounts[account].credit = uint128(available);',
    'credits: ',
  ),
  inbox(
    'rounding is lost',
    'recipientPart: fee - protocolPart - gatePart,',
    'recipientPart: fee * (BASIS_POINTS - protocolShare - gateShare) / BASIS_POINTS,',
    'credits: ',
  ),
  inbox(
    'the gate takes its share twice',
    'recipientPart: fee - protocolPart - gatePart,',
    'recipientPart: fee - protocolPart,',
    'credits: ',
  ),
  inbox(
    'what is left is kept',
    'uint256 available = _accounts[account].credit;',
    'uint256 available = _accounts[account].credit; if (available > 3 * amount) --_accounts[account].credit;',
    'credits: ',
  ),
  inbox('fees have no bound', 'if (fee > MAX_FEE) revert', 'if (fee > 3 ether) revert', 'must be refused'),
  inbox(
    'payers accept any fee',
    'if (paid.fee > request.maxFee) revert PublicInbox_FeeAboveMax(paid.fee, request.maxFee);',
    '',
    'must be refused',
  ),
  inbox(
    'gates take what they like',
    'if (gateShare > MAX_GATE_SHARE) {',
    'if (gateShare > 60_000) {',
    'must be refused',
  ),
  inbox(
    'shares have no bound',
    'basisPoints <= MAX_PROTOCOL_SHARE',
    'basisPoints <= BASIS_POINTS',
    'a share out of bounds',
  ),
  inbox(
    'blocked senders come through',
    'if (bySender == Standing.Blocked) revert PublicInbox_Blocked(recipient, sender);',
    '',
    'must be refused',
  ),
  inbox(
    'blocked payers come through',
    'if (byPayer == Standing.Blocked) revert PublicInbox_Blocked(recipient, payer);',
    '',
    'must be refused',
  ),
  inbox(
    'envelopes come again',
    'if (next != 0) revert PublicInbox_AlreadyDelivered',
    'if (next > 2 ** 60) revert PublicInbox_AlreadyDelivered',
    'delivered before',
  ),
  inbox(
    'the chain forgets what came before',
    'keccak256(abi.encode(inbox.head, sequence,',
    'keccak256(abi.encode(bytes32(0), sequence,',
    'inbox: head',
  ),
  inbox(
    'sequences stand still',
    '(inbox.count, inbox.head) = (sequence + 1, head);',
    'inbox.head = head;',
    'inbox: count',
  ),
  publicInbox(
    'anyone takes credit',
    '_payOut(msg.sender, recipient, amount);',
    '_payOut(recipient, recipient, amount);',
  ),
  inbox(
    'refusals count as yes',
    'if (!admitted) revert PublicInbox_Refused(request.recipient, address(gate));',
    'admitted;',
  ),
  inbox(
    'relayers are not bound',
    'if (relayer != address(0) && relayer != payer)',
    'if (relayer != address(0) && payer == address(0))',
  ),
  inbox('signatures count for ever', 'if (block.timestamp > deadline) revert', 'if (deadline == 0) revert'),
  inbox(
    'signatures do not bind the envelope',
    'invite.request.recipient, invite.request.contentDigest, relayer',
    'invite.request.recipient, bytes32(0), relayer',
  ),
  inbox('any wallet of a key is the sender', 'abi.encode(INVITE, signer, ', 'abi.encode(INVITE, address(0), '),
  publicInbox(
    'a relay may be entered again',
    'function relay(SignedInvite calldata signed) external payable nonReentrant',
    'function relay(SignedInvite calldata signed) external payable',
  ),
  publicInbox(
    'a payment may be entered again',
    'function withdraw(address recipient, uint256 amount) external nonReentrant',
    'function withdraw(address recipient, uint256 amount) external',
  ),
  batches(
    'one failure takes the others down',
    'BoundedCall.tryCall(address(this), INVITE_GAS, call',
    'BoundedCall.tryCall(address(this), 1, call',
  ),
  batches(
    'anyone calls what the inbox calls',
    'if (msg.sender != address(this)) revert',
    'if (msg.sender == address(0)) revert',
  ),
  batches('little gas does little', 'if (gasleft() < NEEDED_GAS) revert', 'if (gasleft() < 1000) revert'),
  demand('excess of another curve has no cap', 'demand.excess < cap ? demand.excess : cap;', 'demand.excess;'),
  publicInbox(
    'a gate may call back',
    'function invite(InviteRequest calldata request) external payable nonReentrant',
    'function invite(InviteRequest calldata request) external payable',
  ),
  demand(
    'fees fall under demand',
    'uint256 next = excess + curve.period;',
    'uint256 next = excess > 3 * curve.period ? 0 : excess + curve.period;',
    'falls under demand',
  ),
  demand('demand is not counted', 'demand.excess = uint128(next);', ''),
  demand(
    'all inboxes share one demand',
    'Demand storage demand = _demands[msg.sender][context.recipient];',
    'Demand storage demand = _demands[msg.sender][address(0)];',
  ),
  demand(
    'all callers share one demand',
    'Demand storage demand = _demands[msg.sender][context.recipient];',
    'Demand storage demand = _demands[address(0)][context.recipient];',
  ),
  demand('time does not pass', '(block.timestamp - demand.countedAt) * curve.target', 'uint256(demand.countedAt) * 0'),
  demand('fees have no maximum', 'if (fee > curve.maxFee) fee = curve.maxFee;', ''),
  demand('floods last', 'if (next > cap) next = cap;', 'cap;'),
  allowList(
    'leaves are hashed once',
    'keccak256(bytes.concat(keccak256(abi.encode(context.sender))))',
    'keccak256(abi.encode(context.sender))',
  ),
  attestation('anyone attests', 'if (!trusts[context.recipient][attester]) return false;', ''),
  attestation('attestations last', ' || expiresAt <= block.timestamp', ''),
  attestation('attestations come early', 'issuedAt > block.timestamp || ', ''),
  attestation(
    'attestations cannot be revoked',
    'if (issuedAt <= revokedUntil[attester][context.sender]) return false;',
    '',
  ),
  attestation(
    'attestations are for anyone',
    'ATTESTATION, attester, context.sender, issuedAt',
    'ATTESTATION, attester, context.recipient, issuedAt',
  ),
  composite('anyone makes gates count', 'if (msg.sender != INBOX) revert CompositeGate_NotInbox(msg.sender);', ''),
]
