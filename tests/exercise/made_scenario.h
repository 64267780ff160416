/* made_scenario.h - a small scenario with every member, as tests take and change it */
#ifndef VAHO_TESTS_MADE_SCENARIO_H
#define VAHO_TESTS_MADE_SCENARIO_H

static const char made_scenario[] =
    "{\"vaho_scenario\": 1, \"name\": \"made\", \"title\": \"Made\", \"briefing\": \"None.\",\n"
    " \"area\": {\"longitude\": -3.5, \"latitude\": 41.0, \"width_m\": 400, \"height_m\": 300,\n"
    "  \"ground_height_m\": 500},\n"
    " \"library\": [\"ammonia\", \"acetone\"],\n"
    " \"sensors\": [{\"name\": \"imager\", \"samples\": 96, \"bands\": 32, \"pixel_mrad\": 2,\n"
    "  \"noise\": 0.02, \"striping\": 0.001, \"smile_bands\": 0.02, \"dead_elements\": 3,\n"
    "  \"saturation\": 0, \"position_sigma_m\": 1.5, \"attitude_sigma_deg\": 0.05,\n"
    "  \"jitter_deg\": 0.3}],\n"
    " \"authorities\": [{\"name\": \"north\", \"territory\": [[0, 0], [400, 0], [400, 300], [0, "
    "300]]},"
    " {\"name\": \"south\"}],\n"
    " \"mandates\": [{\"id\": \"m-1\", \"issuer\": \"north\", \"on_behalf_of\": \"south\",\n"
    "  \"area\": [[0, 0], [400, 0], [400, 300], [0, 300]],\n"
    "  \"from\": \"2026-05-04T00:00:00Z\", \"to\": \"2026-05-06T00:00:00Z\", \"border_sigmas\": "
    "2,\n"
    "  \"assumed_sigma_m\": 5, \"gases\": [\"ammonia\"],\n"
    "  \"partners\": [{\"name\": \"south\", \"precision_m\": 100, \"time_precision_s\": 60}]}],\n"
    " \"days\": [{\"date\": \"2026-05-04\", \"air_temperature_c\": 21, \"humidity_g_m3\": 7,\n"
    "  \"ground_warmth\": 1, \"wind\": {\"speed_m_s\": 3, \"speed_sigma_m_s\": 0.3,\n"
    "  \"from_deg\": 240, \"from_sigma_deg\": 5}, \"flights\": [\n"
    "  {\"time\": \"10:30\", \"sensor\": \"imager\", \"from\": [200, 0], \"to\": [200, 300],\n"
    "   \"altitude_m\": 1000, \"speed_m_s\": 50, \"mandates\": [\"m-1\"]},\n"
    "  {\"time\": \"11:00:30\", \"from\": [150, 300], \"to\": [250, 0], \"altitude_m\": 1000,\n"
    "   \"noise_factor\": 2, \"dropped_frames\": 7, \"mandates\": [\"m-1\"]}]}],\n"
    " \"emitters\": [\n"
    "  {\"kind\": \"hidden\", \"name\": \"shed\", \"gas\": \"ammonia\", \"emission_kg_h\": 8,\n"
    "   \"on_share\": 1, \"reach_m\": 90, \"place\": [190, 140],\n"
    "   \"moves\": [{\"from\": \"2026-05-04T11:00:00Z\", \"place\": [215, 160]},\n"
    "    {\"from\": \"2026-05-05T00:00:00Z\", \"place\": null}]},\n"
    "  {\"kind\": \"licensed\", \"name\": \"farm\", \"gas\": \"ammonia\", \"emission_kg_h\": 2,\n"
    "   \"radius_m\": 30},\n"
    "  {\"kind\": \"unlisted\", \"name\": \"cold store\", \"gas\": \"cfc12\", \"emission_kg_h\": "
    "1},\n"
    "  {\"kind\": \"traffic\", \"name\": \"road\", \"gas\": \"acetone\", \"emission_kg_h\": 20,\n"
    "   \"place\": [0, 50], \"to\": [400, 60]}],\n"
    " \"imitating_ground\": [{\"gas\": \"ammonia\", \"strength_ppmm\": 30, \"radius_m\": 8,\n"
    "  \"place\": [250, 250]}]}";

#endif
