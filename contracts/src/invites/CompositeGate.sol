// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICompositeGate} from "../interfaces/IGates.sol";
import {IInboxGate} from "../interfaces/IInboxGate.sol";
import {GateMode, InviteContext} from "../types/Invites.sol";

/// @title Composite gate
/// @dev Errors, events and what each function promises stand in `ICompositeGate`.
contract CompositeGate is ICompositeGate {
    uint256 private constant MAX_GATES = 8;

    struct Composition {
        GateMode mode;
        IInboxGate[] gates;
    }

    address private immutable INBOX;

    mapping(address recipient => Composition) private _compositions;

    /// @param inbox The only caller whose invites are counted: what the gates count is counted for this contract.
    constructor(address inbox) {
        INBOX = inbox;
    }

    /// @inheritdoc ICompositeGate
    function setGates(GateMode mode, IInboxGate[] calldata gates) external {
        if (gates.length == 0 || gates.length > MAX_GATES) revert CompositeGate_GateCount(gates.length, MAX_GATES);
        for (uint256 i; i < gates.length; ++i) {
            address gate = address(gates[i]);
            if (gate.code.length == 0 || gate == address(this)) revert CompositeGate_NotAGate(gate);
        }
        _compositions[msg.sender].mode = mode;
        _compositions[msg.sender].gates = gates;
        emit GatesSet(msg.sender, mode, gates);
    }

    /// @inheritdoc IInboxGate
    function quote(InviteContext calldata context) external view returns (bool, uint256) {
        (GateMode mode, IInboxGate[] memory gates) = gatesOf(context.recipient);
        InviteContext[] memory each = _contexts(context, gates.length);
        uint256 sum;
        for (uint256 i; i < gates.length; ++i) {
            (bool admitted, uint256 fee) = gates[i].quote(each[i]);
            if (admitted && mode == GateMode.Any) return (true, fee);
            if (!admitted && mode == GateMode.All) return (false, 0);
            sum += fee;
        }
        return mode == GateMode.All && gates.length != 0 ? (true, sum) : (false, 0);
    }

    /// @inheritdoc IInboxGate
    function admit(InviteContext calldata context) external returns (bool, uint256) {
        if (msg.sender != INBOX) revert CompositeGate_NotInbox(msg.sender);
        (GateMode mode, IInboxGate[] memory gates) = gatesOf(context.recipient);
        InviteContext[] memory each = _contexts(context, gates.length);
        uint256 sum;
        for (uint256 i; i < gates.length; ++i) {
            (bool admitted, uint256 fee) = gates[i].admit(each[i]);
            if (admitted && mode == GateMode.Any) return (true, fee);
            // The inbox refuses then, which takes back what the gates before have counted.
            if (!admitted && mode == GateMode.All) return (false, 0);
            sum += fee;
        }
        return mode == GateMode.All && gates.length != 0 ? (true, sum) : (false, 0);
    }

    /// @inheritdoc IInboxGate
    function share() external pure returns (address beneficiary, uint16 basisPoints) {
        return (address(0), 0);
    }

    /// @inheritdoc ICompositeGate
    function gatesOf(address recipient) public view returns (GateMode mode, IInboxGate[] memory gates) {
        Composition storage composition = _compositions[recipient];
        return (composition.mode, composition.gates);
    }

    function _contexts(InviteContext calldata context, uint256 count)
        private
        pure
        returns (InviteContext[] memory each)
    {
        bytes[] memory data = new bytes[](count);
        if (context.data.length != 0) data = abi.decode(context.data, (bytes[]));
        if (data.length != count) revert CompositeGate_DataCount(data.length, count);
        each = new InviteContext[](count);
        for (uint256 i; i < count; ++i) {
            each[i] = InviteContext(context.recipient, context.sender, context.payer, context.contentDigest, data[i]);
        }
    }
}
