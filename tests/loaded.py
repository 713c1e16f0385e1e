"""Run a command while other processes keep the machine busy: `python -m tests.loaded NUMBER COMMAND...`."""

import os
import subprocess
import sys


def main() -> int:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(int(sys.argv[1]))]
    try:
        code = subprocess.run(sys.argv[2:], check=False).returncode
        print(f"load average: {os.getloadavg()[0]:.0f}")
        return code
    finally:
        for process in busy:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
