"""A task through Slurm gives what it gives in one go, killed parts and all.

usage: PYTHON .ci/check_slurm.py [FOLDER], after a release build and `digicam demo`; FOLDER holds the runs of the demonstration campaign (data-samples/generated without it). The Python needs h5py and numpy.

Starts munge and Slurm for this machine alone, in a folder of their own and on ports of their own. An HV-off and an AC scan are submitted, four parts each, by `digicam submit`. A part of the HV-off is killed
without a chance to clean up, one of the scan by Slurm's own signal; both are requeued. Of a third submission a part is killed and not requeued: what waits for it is cancelled, and submitted again only what is left is
done. The files must be those of single runs: bytes of npz and csv, datasets and attributes of HDF5, all but the time and the host in provenance. The other tasks run through Slurm once, on small runs: each step
has to write what it said it would.
"""
import contextlib
import json
import os
import pathlib
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIGICAM = ["dotnet", str(ROOT / "src/DigiCam.Cli/bin/Release/net10.0/DigiCam.Cli.dll")]
SHARDS = 4
PATIENCE = 240

# More processors than the machine may have: the parts of a job run beside each other wherever this runs.
CONFIGURATION = """ClusterName=check
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,bf_interval=2
ReturnToService=2
KillWait=15
NodeName={host} NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, condition):
    """Asks again and again; what it then is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise SystemExit(f"{what}: not within {PATIENCE} s")


@contextlib.contextmanager
def cluster():
    """Slurm on this machine; the environment of its commands."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="digicam-slurm-"))
    folder.chmod(0o755)
    for name in ("state", "spool", "munge"):
        (folder / name).mkdir(mode=0o755)
    key = folder / "munge/key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(1024))
    host = socket.gethostname().split(".")[0]
    user = pwd.getpwuid(os.getuid()).pw_name
    (folder / "slurm.conf").write_text(CONFIGURATION.format(host=host, user=user, folder=folder, controller_port=free_port(), node_port=free_port()))
    environment = dict(os.environ, SLURM_CONF=str(folder / "slurm.conf"))
    daemons = []

    def start(name, *arguments):
        with open(folder / f"{name}.out", "wb") as output:
            daemons.append(subprocess.Popen([name, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output))

    def is_ready():
        ended = [d.args[0] for d in daemons if d.poll() is not None]
        if ended:
            raise SystemExit(f"{', '.join(ended)} ended:\n" + "\n".join((folder / f"{name}.out").read_text()[-2000:] for name in ended))
        state = subprocess.run(["sinfo", "--noheader", "--format=%T"], env=environment, capture_output=True, text=True, check=False)
        return state.stdout.strip() == "idle"

    try:
        start("munged", "--foreground", "--force", *(f"--{name}-file={folder}/munge/{name}" for name in ("key", "log", "pid", "seed")), f"--socket={folder}/munge/socket")
        wait_for("munge", (folder / "munge/socket").exists)
        start("slurmctld", "-D", "-i")
        start("slurmd", "-D", "-N", host)
        wait_for("Slurm", is_ready)
        yield environment
    finally:
        if len(daemons) == 3:
            subprocess.run(["scancel", f"--user={user}"], env=environment, capture_output=True, check=False)
            end = time.monotonic() + 20
            while time.monotonic() < end and subprocess.run(["squeue", "--noheader"], env=environment, capture_output=True, check=False).stdout.strip():
                time.sleep(0.2)
        for daemon in reversed(daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        shutil.rmtree(folder, ignore_errors=True)


def digicam(environment, *arguments, expected=0):
    """Runs a command; what it prints."""
    done = subprocess.run([*DIGICAM, *map(str, arguments)], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != expected:
        raise SystemExit(f"digicam {' '.join(map(str, arguments))}: exit code {done.returncode}, not {expected}\n{done.stdout}{done.stderr}")
    return done.stdout


def submit(environment, task, folder, *arguments, shards=SHARDS):
    """Submits a task; the numbers of its jobs by step."""
    output = digicam(environment, "submit", task, "--shards", shards, "--cpus", 1, "--time", "10:00", "--folder", folder, "--submit", "--", *arguments)
    return dict(re.findall(r"^(\S+): job (\d+)$", output, re.MULTILINE))


def record(folder, name):
    with contextlib.suppress(FileNotFoundError):
        return json.loads((folder / "records" / f"{name}.json").read_text())
    return {}


def wait_for_process(folder, name):
    """The number of the process, once a part is being worked on."""
    return wait_for(f"{name} runs", lambda: (r := record(folder, name)).get("state") == "running" and r["process_id"])


def kill_and_requeue(environment, process, job):
    """Kills a process before Slurm can do anything about it, then has Slurm start the job again."""
    with open(f"/proc/{process}/stat", encoding="utf-8") as stat:
        step = int(stat.read().rpartition(")")[2].split()[1])
    os.kill(step, signal.SIGSTOP)
    os.kill(process, signal.SIGKILL)
    subprocess.run(["scontrol", "requeue", job], env=environment, check=True)
    os.kill(step, signal.SIGCONT)


def wait_for_jobs(environment):
    wait_for("the end of all jobs", lambda: time.sleep(0.5) or not subprocess.run(["squeue", "--noheader"], env=environment, capture_output=True, check=True).stdout.strip())


def compare(name, one, other):
    """Every file of one folder is in the other and the same."""
    files = sorted(path.name for path in one.iterdir() if path.is_file())
    others = sorted(path.name for path in other.iterdir() if path.is_file() and ".shard-" not in path.name)
    assert files == others, (name, files, others)
    for file in files:
        if file.endswith(".h5"):
            compare_hdf5(f"{name}/{file}", one / file, other / file)
        elif file.endswith(".json"):
            assert without_stamp(json.loads((one / file).read_text())) == without_stamp(json.loads((other / file).read_text())), f"{name}/{file}"
        else:
            assert (one / file).read_bytes() == (other / file).read_bytes(), f"{name}/{file}"
    print(f"{name}: {len(files)} files as by a single run: {', '.join(files)}")


def without_stamp(value):
    """Without what two runs cannot have in common: time and host, and the SHA-256 of files of the kit's own that hold them."""
    if isinstance(value, dict):
        own = value.get("Name", "").endswith((".h5", ".json")) if isinstance(value.get("Name"), str) else False
        return {k: without_stamp(v) for k, v in value.items() if k not in ("TimeUtc", "Host") and not (own and k == "Sha256")}
    return [without_stamp(v) for v in value] if isinstance(value, list) else value


def compare_hdf5(name, one, other):
    with h5py.File(one) as a, h5py.File(other) as b:
        items = {}
        for file, found in ((a, items.setdefault("a", [])), (b, items.setdefault("b", []))):
            file.visit(found.append)
        assert items["a"] == items["b"], name
        for path in ["/", *items["a"]]:
            assert sorted(a[path].attrs) == sorted(b[path].attrs), (name, path)
            for key in a[path].attrs:
                compare_values(f"{name}: {path}@{key}", a[path].attrs[key], b[path].attrs[key])
            if isinstance(a[path], h5py.Dataset):
                assert a[path].dtype == b[path].dtype, (name, path)
                compare_values(f"{name}: {path}", a[path][()], b[path][()])


def compare_values(place, one, other):
    one, other = ([v.decode() if isinstance(v, bytes) else v for v in numpy.ravel(value)] if numpy.asarray(value).dtype.kind in "OSU" else value for value in (one, other))
    if isinstance(one, list):
        assert [parsed(v) for v in one] == [parsed(v) for v in other], place
    else:
        assert numpy.asarray(one).tobytes() == numpy.asarray(other).tobytes(), place


def parsed(text):
    """Provenance is JSON in a text."""
    try:
        return without_stamp(json.loads(text))
    except ValueError:
        return text


def check_others(environment, scan, work):
    """The other tasks beside each other; the calibration of the LEDs on a scan that is there."""
    small = ROOT / "data-samples/small"
    digicam(environment, "hvoff", "-c", "-p", "-d", small, "--file_basename", "hv_off", "--output_directory", work / "hvoff")
    folders = {task: work / task / "jobs" for task in ("dark", "dark-spe", "dark-rate", "led-calibration")}
    for task, folder in folders.items():
        arguments = ["-p", "--directory", scan] if task == "led-calibration" else ["-c", "-p", "-d", small, "--file_basename", "dark", "--input_fit_filename", work / "hvoff/adc_hv_off_fit.h5"]
        submit(environment, task, folder, *arguments, *(["--without_shot_noise"] if task == "dark-rate" else []), "--output_directory", folder.parent, shards=2)
    wait_for_jobs(environment)
    for task, folder in folders.items():
        print(f"{task}: {digicam(environment, 'status', folder).strip().splitlines()[-1]}")


def main():
    runs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "data-samples/generated").resolve()
    with tempfile.TemporaryDirectory(prefix="digicam-check-") as name, cluster() as environment:
        check(environment, runs, pathlib.Path(name))


def check(environment, runs, work):
    start = time.monotonic()

    # The name of the folder: what users may do.
    jobs = work / "hv off's 1% jobs"
    numbers = submit(environment, "hvoff", jobs, "-c", "-p", "-d", runs, "--file_basename", "hv_off", "--output_directory", work / "hvoff")
    killed = wait_for_process(jobs, "hvoff-fill.2-of-4")
    kill_and_requeue(environment, killed, numbers["hvoff-fill"] + "_2")
    digicam(environment, "status", jobs, expected=2)

    # What a single run gives, while Slurm works. What is fitted later has the file of the histograms among its inputs.
    single = work / "single"
    digicam(environment, "hvoff", "-c", "-d", runs, "--file_basename", "hv_off", "--output_directory", single / "hvoff")
    digicam(environment, "hvoff", "-p", single / "hvoff")
    wait_for_jobs(environment)
    print(digicam(environment, "status", jobs))
    again = record(jobs, "hvoff-fill.2-of-4")
    assert (again["process_id"] != killed, again["state"], again["slurm_job"]) == (True, "done", numbers["hvoff-fill"] + "_2"), again
    compare("hvoff", single / "hvoff", work / "hvoff")
    print(f"{time.monotonic() - start:.0f} s")

    # The fit of hvoff is named: without it there is another pedestal.
    scan = ["--scan_plan", runs / "ac_scan_plan.csv", "--input_fit_hvoff_filename", single / "hvoff/adc_hv_off_fit.h5"]
    jobs = work / "scan/jobs"
    numbers = submit(environment, "ac-dac-scan", jobs, "-t", "-c", "-g", "-p", *scan, "--output_directory", work / "scan")
    killed = wait_for_process(jobs, "ac-dac-scan-charges.3-of-4")
    subprocess.run(["scontrol", "requeue", numbers["ac-dac-scan-charges"] + "_3"], env=environment, check=True)
    digicam(environment, "ac-dac-scan", "-t", "-c", *scan, "--output_directory", single / "scan")
    digicam(environment, "ac-dac-scan", "-g", "-p", *scan, "--output_directory", single / "scan")
    wait_for_jobs(environment)
    print(digicam(environment, "status", jobs))
    again = record(jobs, "ac-dac-scan-charges.3-of-4")
    assert (again["process_id"] != killed, again["state"], again["slurm_job"]) == (True, "done", numbers["ac-dac-scan-charges"] + "_3"), again
    compare("scan", single / "scan", work / "scan")
    print(f"{time.monotonic() - start:.0f} s")

    check_others(environment, single / "scan", work / "others")
    print(f"{time.monotonic() - start:.0f} s")

    # A part that dies takes what waits for it with it. Submitted again, only what is not done is done.
    jobs = work / "again/jobs"
    arguments = ["-c", "-p", "-d", runs, "--file_basename", "hv_off", "--output_directory", work / "again"]
    submit(environment, "hvoff", jobs, *arguments)
    os.kill(wait_for_process(jobs, "hvoff-fill.4-of-4"), signal.SIGKILL)
    wait_for_jobs(environment)
    digicam(environment, "status", jobs, expected=2)
    said = wait_for("silence", lambda: (s := subprocess.run([*DIGICAM, "status", jobs], env=environment, capture_output=True, text=True, check=False)).returncode == 1 and s.stdout)
    print(said)
    assert re.search(r"^hvoff-fill 4/4: no sign of life", said, re.MULTILINE), said
    assert "3 of 6 done, 1 silent, 2 waiting" in said, said
    before = [record(jobs, f"hvoff-fill.{i}-of-4") for i in (1, 2, 3)]
    submit(environment, "hvoff", jobs, *arguments)
    wait_for_jobs(environment)
    print(digicam(environment, "status", jobs))
    assert before == [record(jobs, f"hvoff-fill.{i}-of-4") for i in (1, 2, 3)], "a part that was done has been done again"
    compare("again", single / "hvoff", work / "again")
    print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
