// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {ISybilListGate} from "../interfaces/ISybilListGate.sol";
import {ISybilLists} from "../interfaces/ISybilLists.sol";
import {ListPolicy, ListReaction} from "../types/Economics.sol";
import {InviteContext} from "../types/Invites.sol";

/// @title Sybil list gate
/// @dev Errors, events and what each function promises stand in `ISybilListGate`.
contract SybilListGate is ISybilListGate {
    uint256 private constant MAX_PUBLISHERS = 8;
    uint256 private constant MIN_FEE = 1 gwei;
    uint256 private constant MAX_FEE = 1 ether;

    ISybilLists private immutable LISTS;

    mapping(address recipient => ListPolicy) private _policies;

    constructor(ISybilLists lists) {
        LISTS = lists;
    }

    /// @inheritdoc ISybilListGate
    function setPolicy(ListPolicy calldata policy) external {
        uint256 count = policy.publishers.length;
        if (count == 0 || count > MAX_PUBLISHERS) revert SybilListGate_PublisherCount(count, MAX_PUBLISHERS);
        if (policy.onListed == ListReaction.Pass) revert SybilListGate_ListedPass();
        bool charges = policy.onListed == ListReaction.Charge || policy.onStale == ListReaction.Charge;
        uint256 surcharge = policy.surcharge;
        bool inBounds = charges ? surcharge >= MIN_FEE && surcharge <= MAX_FEE : surcharge == 0;
        if (!inBounds) revert SybilListGate_SurchargeOutOfBounds(surcharge);
        _policies[msg.sender] = policy;
        emit PolicySet(msg.sender, policy);
    }

    /// @inheritdoc IInboxGate
    function quote(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        return _judge(context);
    }

    /// @inheritdoc IInboxGate
    function admit(InviteContext calldata context) external view returns (bool admitted, uint256 fee) {
        return _judge(context);
    }

    /// @inheritdoc IInboxGate
    function share() external pure returns (address beneficiary, uint16 basisPoints) {
        return (address(0), 0);
    }

    /// @inheritdoc ISybilListGate
    function policyOf(address recipient) external view returns (ListPolicy memory) {
        return _policies[recipient];
    }

    function _judge(InviteContext calldata context) private view returns (bool admitted, uint256 fee) {
        ListPolicy memory policy = _policies[context.recipient];
        if (policy.publishers.length == 0) return (false, 0);
        ListReaction harshest = ListReaction.Pass;
        for (uint256 i; i < policy.publishers.length; ++i) {
            ListReaction reaction = _reaction(policy, policy.publishers[i], context);
            if (reaction > harshest) harshest = reaction;
        }
        if (harshest == ListReaction.Refuse) return (false, 0);
        return (true, harshest == ListReaction.Charge ? policy.surcharge : 0);
    }

    function _reaction(ListPolicy memory policy, address publisher, InviteContext calldata context)
        private
        view
        returns (ListReaction)
    {
        (bool fresh, bool listed) = LISTS.look(publisher, context.sender);
        if (!fresh) return policy.onStale;
        if (!listed && context.payer != context.sender) (, listed) = LISTS.look(publisher, context.payer);
        return listed ? policy.onListed : ListReaction.Pass;
    }
}
