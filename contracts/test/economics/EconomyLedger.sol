// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CostPart, Repute} from "../../src/types/Economics.sol";
import {EconomicsDeployed} from "../support/EconomicsDeployed.sol";
import {RollupStub} from "../support/RollupStub.sol";

/// @title Who acts on the economy, and what they know must hold
abstract contract EconomyLedger is EconomicsDeployed {
    uint256 public constant USERS = 5;
    uint256 public constant RECIPIENTS = 12;
    uint256 public constant PERIOD = 7 days;
    address internal constant SINK = address(0x51CC);

    RollupStub internal rollup;

    /// @dev Wei that users put in, and that were paid out to whom nobody here is.
    uint256 public totalIn;
    uint256 public totalOut;
    uint256 public earned;
    uint256 public reimbursedWei;
    uint256 public spentWei;
    int256 public due;
    string public letThrough;
    mapping(string action => uint256) public calls;

    mapping(address account => uint256) public stakedWei;
    mapping(address account => uint256) public leavingWei;
    uint256 public slashedWei;
    mapping(uint256 period => uint256) internal paidIn;
    mapping(bytes32 record => uint256) internal recorded;
    mapping(bytes32 record => bool) internal everRecorded;
    mapping(uint64 epoch => mapping(address account => uint256)) internal invitesSent;
    mapping(uint64 epoch => mapping(address account => uint256)) internal sendersPaidFor;
    mapping(bytes32 pair => bool) internal counted;

    function setUp() public pure override {}

    function user(uint256 i) public view returns (address) {
        i %= USERS;
        return i == 4 ? sender : address(uint160(0xE000 + i));
    }

    function recipient(uint256 i) public pure returns (address) {
        return address(uint160(0xA000 + i % RECIPIENTS));
    }

    /// @dev Everyone who can have credit.
    function creditors() public view returns (address[] memory all) {
        all = new address[](USERS + RECIPIENTS + 1);
        for (uint256 i; i < USERS; ++i) {
            all[i] = user(i);
        }
        for (uint256 i; i < RECIPIENTS; ++i) {
            all[USERS + i] = recipient(i);
        }
        all[USERS + RECIPIENTS] = address(treasury);
    }

    function key(uint64 claim, CostPart part) internal pure returns (bytes32) {
        return keccak256(abi.encode(claim, part));
    }

    /// @dev What the pricing must have counted, kept here by another way: one flag a pair.
    function noteReach(address from, address payer, Repute memory bySender, Repute memory byPayer) internal {
        (uint64 epoch,) = pricing.currentEpoch();
        bool answersFor = byPayer.surcharge < bySender.surcharge;
        if (!answersFor) invitesSent[epoch][from] += 1;
        if (from == payer) return;
        if (answersFor || _isNew(keccak256(abi.encode(epoch, payer, from)))) sendersPaidFor[epoch][payer] += 1;
    }

    function reachKnown(address account) public view returns (uint256 invites, uint256 senders) {
        (uint64 epoch,) = pricing.currentEpoch();
        return (invitesSent[epoch][account], sendersPaidFor[epoch][account]);
    }

    function _isNew(bytes32 pair) private returns (bool) {
        if (counted[pair]) return false;
        counted[pair] = true;
        return true;
    }
}
