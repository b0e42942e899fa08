// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommitteeStakes} from "./CommitteeStakes.sol";
import {Governed} from "../governance/Governed.sol";
import {IDataCommittee} from "../interfaces/IDataCommittee.sol";
import {CodeStore} from "../libraries/CodeStore.sol";
import {EpochState, MemberState} from "../types/Committee.sol";

/// @title Who is in the committee when
/// @dev Errors, events and what each function promises stand in `IDataCommittee`.
abstract contract CommitteeEpochs is CommitteeStakes, Governed {
    /// @dev In one slot. `members` is code: 0, k, scheme, then 20 bytes a member.
    struct Epoch {
        uint40 startsAt;
        /// Beyond all times while no later epoch is announced.
        uint40 endsAt;
        address members;
    }

    uint8 internal constant SECP256K1 = 1;
    uint256 private constant MAX_MEMBERS = 16;
    uint256 private constant ADDRESS_BYTES = 20;
    /// @dev Where in a roster what stands.
    uint256 private constant K_AT = 1;
    uint256 private constant SCHEME_AT = 2;
    uint256 private constant MEMBERS_AT = 3;
    uint40 private constant OPEN_END = type(uint40).max;

    address private immutable FOUNDER;

    /// @inheritdoc IDataCommittee
    uint32 public epochCount;
    mapping(uint32 epoch => Epoch) internal _epochs;

    constructor() {
        FOUNDER = msg.sender;
    }

    /// @inheritdoc IDataCommittee
    function rotate(address[] calldata members, uint8 k, uint8 scheme) external returns (uint32 epoch) {
        uint32 last = epochCount;
        if (last != 0 || msg.sender != FOUNDER) _checkGovernance();
        uint256 n = members.length;
        if (n == 0 || n > MAX_MEMBERS) revert DataCommittee_MemberCount(n, MAX_MEMBERS);
        if (k > n || 2 * uint256(k) <= n) revert DataCommittee_Threshold(k, n);
        if (scheme != SECP256K1) revert DataCommittee_UnknownScheme(scheme);
        // forge-lint: disable-next-line(unsafe-typecast) a time in seconds
        uint40 startsAt = uint40(block.timestamp + (last == 0 ? 0 : NOTICE));
        if (startsAt <= _epochs[last].startsAt) revert DataCommittee_RotatedAlready(_epochs[last].startsAt);
        epoch = last + 1;
        bytes memory roster = abi.encodePacked(k, scheme);
        for (uint256 i; i < n; ++i) {
            _appoint(members[i], epoch);
            roster = abi.encodePacked(roster, members[i]);
        }
        if (last != 0) _epochs[last].endsAt = startsAt;
        _epochs[epoch] = Epoch(startsAt, OPEN_END, CodeStore.write(roster));
        epochCount = epoch;
        emit EpochAnnounced(epoch, startsAt, k, scheme, members);
    }

    /// @inheritdoc IDataCommittee
    function exit(address member, address recipient) external {
        Member storage kept = _registered(member);
        if (msg.sender != kept.owner) revert DataCommittee_NotOwner(msg.sender);
        uint64 unlocksAt = _unlocksAt(kept.lastEpoch);
        if (block.timestamp < unlocksAt) revert DataCommittee_Locked(unlocksAt);
        uint256 amount = kept.stake;
        if (amount == 0) revert DataCommittee_AmountZero();
        kept.stake = 0;
        emit StakeWithdrawn(member, recipient, amount);
        _pay(recipient, amount);
    }

    /// @inheritdoc IDataCommittee
    function epochOf(uint32 epoch) external view returns (EpochState memory state) {
        Epoch memory kept = _epochs[epoch];
        if (kept.startsAt == 0) revert DataCommittee_UnknownEpoch(epoch);
        bytes memory roster = kept.members.code;
        state.startsAt = kept.startsAt;
        if (kept.endsAt != OPEN_END) state.endsAt = kept.endsAt;
        (state.k, state.scheme) = (_thresholdOf(roster), _schemeOf(roster));
        state.members = new address[](_sizeOf(roster));
        for (uint256 i; i < state.members.length; ++i) {
            state.members[i] = _memberAt(roster, i);
        }
    }

    /// @inheritdoc IDataCommittee
    function memberOf(address member) external view returns (MemberState memory) {
        Member memory kept = _members[member];
        return MemberState(kept.owner, kept.stake, kept.lastEpoch, _unlocksAt(kept.lastEpoch), kept.url);
    }

    function _appoint(address member, uint32 epoch) private {
        Member storage kept = _registered(member);
        if (kept.stake < STAKE) revert DataCommittee_StakeTooSmall(member, kept.stake, STAKE);
        if (kept.lastEpoch == epoch) revert DataCommittee_MemberTwice(member);
        kept.lastEpoch = epoch;
    }

    /// @dev When the stake of a member of `lastEpoch` may leave. A certificate counts at a claim until the grace has passed and ends at most
    /// `MAX_RETENTION` after it; one answer window more, so that an unanswered challenge is paid for.
    function _unlocksAt(uint32 lastEpoch) private view returns (uint64) {
        if (lastEpoch == 0) return 0;
        uint64 endsAt = _epochs[lastEpoch].endsAt;
        return endsAt == OPEN_END ? type(uint64).max : endsAt + GRACE + MAX_RETENTION + ANSWER_WINDOW;
    }

    /// @dev Signatures that a certificate needs.
    function _thresholdOf(bytes memory roster) internal pure returns (uint8) {
        return uint8(roster[K_AT]);
    }

    function _schemeOf(bytes memory roster) internal pure returns (uint8) {
        return uint8(roster[SCHEME_AT]);
    }

    function _sizeOf(bytes memory roster) internal pure returns (uint256) {
        return (roster.length - MEMBERS_AT) / ADDRESS_BYTES;
    }

    /// @dev Member `i`, which is below the size.
    function _memberAt(bytes memory roster, uint256 i) internal pure returns (address member) {
        uint256 offset = MEMBERS_AT + ADDRESS_BYTES * i;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            member := shr(96, mload(add(add(roster, 0x20), offset)))
        }
    }
}
