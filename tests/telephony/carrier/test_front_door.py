"""What importing the package costs: not the SDK, which takes 0.3 s."""

import subprocess
import sys


def test_importing_the_front_door_imports_neither_the_sdk_nor_httpx() -> None:
    program = (
        "import sys, telephony.carrier;"
        "print([name for name in sys.modules if name.split('.')[0] in ('twilio', 'httpx', 'requests')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    import telephony.carrier

    assert all(hasattr(telephony.carrier, name) for name in telephony.carrier.__all__)
