import { useEffect, useState } from "react";
import type { Call } from "../../../typescript/index";
import { api } from "../api";
import { bytes } from "../format";
import { useAction } from "../loaded";
import { hasEnded } from "../names";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Problem } from "../parts/notice";

interface Sound {
  url: string;
  size: number;
}

/** Plays the recording. It is fetched when asked for: with the token, and whole. */
export function Recording({ call }: { call: Call }) {
  const [sound, setSound] = useState<Sound | undefined>(undefined);
  useEffect(() => () => {
    if (sound) URL.revokeObjectURL(sound.url);
  }, [sound]);
  const loading = useAction(async () => {
    const blob = await api.calls.getRecording({ callId: call.callId ?? "" });
    setSound({ url: URL.createObjectURL(blob), size: blob.size });
  });
  if (!hasEnded(call.state)) return null;
  return (
    <Card title="Recording" hint="The caller is on the left, the agent on the right.">
      {!call.recordingAvailable && <p className="faint">There is no recording of this call.</p>}
      {call.recordingAvailable && !sound && (
        <Button isBusy={loading.isBusy} onClick={() => void loading.run()}>Load the recording</Button>
      )}
      {sound && (
        <div className="player">
          <audio controls src={sound.url} aria-label="Recording of the call" />
          <a className="button plain" href={sound.url} download={`${call.callId}.wav`}>Download ({bytes(sound.size)})</a>
        </div>
      )}
      <Problem error={loading.error} title="The recording could not be loaded" />
    </Card>
  );
}
