// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDataCommittee} from "../interfaces/IDataCommittee.sol";
import {Bounds} from "../libraries/Bounds.sol";
import {CommitteeRules} from "../types/Committee.sol";

/// @title Members, what they have at stake and what is owed to whom
/// @dev Errors, events and what each function promises stand in `IDataCommittee`. Nothing pays anybody while it changes anything else.
abstract contract CommitteeStakes is IDataCommittee {
    struct Member {
        address owner;
        uint32 lastEpoch;
        uint128 stake;
        string url;
    }

    uint256 private constant MAX_URL_BYTES = 256;
    uint256 private constant MAX_STAKE = 100_000 ether;
    uint256 private constant MAX_WAIT = 90 days;
    uint256 private constant MAX_ANSWER_WINDOW = 30 days;
    uint256 private constant MAX_RETENTION_BOUND = 180 days;
    /// @dev Of what is taken, what whoever asked is credited.
    uint256 private constant REWARDED_PART = 2;

    uint128 internal immutable STAKE;
    uint128 internal immutable FAULT;
    uint32 internal immutable NOTICE;
    uint32 internal immutable GRACE;
    uint32 internal immutable MAX_RETENTION;
    uint32 internal immutable ANSWER_WINDOW;

    /// @inheritdoc IDataCommittee
    uint256 public burned;
    /// @inheritdoc IDataCommittee
    mapping(address account => uint256 value) public creditOf;
    mapping(address member => Member) internal _members;

    constructor(CommitteeRules memory rules_) {
        Bounds.check("stake", rules_.stake, 1, MAX_STAKE);
        Bounds.check("fault", rules_.fault, 1, rules_.stake);
        Bounds.check("notice", rules_.notice, 1, MAX_WAIT);
        Bounds.check("grace", rules_.grace, 1, MAX_WAIT);
        Bounds.check("answerWindow", rules_.answerWindow, 1, MAX_ANSWER_WINDOW);
        Bounds.check("maxRetention", rules_.maxRetention, 2 * uint256(rules_.answerWindow), MAX_RETENTION_BOUND);
        STAKE = rules_.stake;
        FAULT = rules_.fault;
        NOTICE = rules_.notice;
        GRACE = rules_.grace;
        MAX_RETENTION = rules_.maxRetention;
        ANSWER_WINDOW = rules_.answerWindow;
    }

    /// @inheritdoc IDataCommittee
    function register(address owner, string calldata url) external {
        uint256 length = bytes(url).length;
        if (length == 0 || length > MAX_URL_BYTES) revert DataCommittee_UrlLength(length, MAX_URL_BYTES);
        if (owner == address(0)) revert DataCommittee_NotOwner(owner);
        Member storage member = _members[msg.sender];
        if (member.owner == address(0)) member.owner = owner;
        if (member.owner != owner) revert DataCommittee_AnotherOwner(member.owner);
        member.url = url;
        emit MemberRegistered(msg.sender, owner, url);
    }

    /// @inheritdoc IDataCommittee
    function deposit(address member) external payable {
        if (msg.value == 0) revert DataCommittee_AmountZero();
        Member storage kept = _registered(member);
        // forge-lint: disable-next-line(unsafe-typecast) there is less ether than 2^128 wei
        kept.stake += uint128(msg.value);
        emit StakeDeposited(member, msg.sender, msg.value);
    }

    /// @inheritdoc IDataCommittee
    function withdrawCredit(address recipient) external {
        uint256 value = creditOf[msg.sender];
        if (value == 0) revert DataCommittee_AmountZero();
        creditOf[msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, recipient, value);
        _pay(recipient, value);
    }

    /// @inheritdoc IDataCommittee
    function rules() external view returns (CommitteeRules memory) {
        return CommitteeRules(STAKE, FAULT, NOTICE, GRACE, MAX_RETENTION, ANSWER_WINDOW);
    }

    /// @dev Takes the fault from `member`, or what there is, for what stands behind `digest`; half is for `challenger`.
    function _take(address member, bytes32 digest, address challenger) internal {
        Member storage kept = _members[member];
        uint128 value = kept.stake < FAULT ? kept.stake : FAULT;
        kept.stake -= value;
        uint256 reward = value / REWARDED_PART;
        burned += value - reward;
        emit MemberSlashed(member, digest, value, reward);
        _credit(challenger, reward);
    }

    function _credit(address account, uint256 value) internal {
        if (value == 0) return;
        creditOf[account] += value;
        emit Credited(account, value);
    }

    function _pay(address recipient, uint256 value) internal {
        (bool paid,) = recipient.call{value: value}("");
        if (!paid) revert DataCommittee_PaymentFailed(recipient, value);
    }

    function _registered(address member) internal view returns (Member storage kept) {
        kept = _members[member];
        if (kept.owner == address(0)) revert DataCommittee_NotRegistered(member);
    }
}
