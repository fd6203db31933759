"""Kernels are forked only while many quarters are built."""

import sys

import pytest

from haochaping.pipeline.kernel import OwnKernelManager

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


def test_later_kernels_are_started_by_a_command_again() -> None:
    from haochaping.pipeline.forked_kernel import ForkedProvisioner, forked_kernels

    before = OwnKernelManager.provisioner_class
    with pytest.raises(InterruptedError), forked_kernels():
        assert OwnKernelManager.provisioner_class is ForkedProvisioner
        raise InterruptedError
    assert OwnKernelManager.provisioner_class is before
