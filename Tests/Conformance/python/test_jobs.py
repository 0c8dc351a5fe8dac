"""The job queue's promises, while its workers are killed and its database crashes."""

import json
import os
import subprocess

import stack as stacks


def test_each_job_takes_effect_while_workers_are_killed_and_the_database_crashes():
    storm = subprocess.run(
        [stacks.BIN / "chaos-jobs", "storm", "--jobs", "1500", "--workers", "3", "--kill-every", "300"],
        stdout=subprocess.PIPE, timeout=120, env=os.environ, check=False)
    report = json.loads(storm.stdout)
    assert storm.returncode == 0 and report["kept"], report
    assert report["states"] == {"done": 1500}
    assert report["missing"] == report["ghosts"] == 0
    assert report["repeated_keyed"] == report["repeated_together"] == 0
    assert report["kills"] >= 3 and report["restarts"] == 1, report
