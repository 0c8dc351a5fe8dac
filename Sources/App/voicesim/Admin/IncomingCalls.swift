internal import Buffers
internal import HTTP
internal import RPCServer
internal import Simulation

/// `POST /sim/incoming`: somebody rings an ExoPhone. The answer does not wait for what comes of it.
enum IncomingCalls {
  static func ring(_ body: [UInt8], to cloud: SimulatedCloud) -> HTTPExchangeResponse {
    do throws(SimulationError) {
      let sid = cloud.exotel.ring(try IncomingRing(json: body))
      return CloudRoutes.json(["call_sid": .string(sid)], status: .accepted)
    } catch {
      return CloudRoutes.json(["error": .string(error.message)], status: .badRequest)
    }
  }
}
